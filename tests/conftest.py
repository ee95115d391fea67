"""Fixtures of every kind of test. Each room keeps its own in tests/fixtures."""

pytest_plugins: list[str] = [
    "tests.fixtures.database",
    "tests.fixtures.accounts",
    "tests.fixtures.sandbox",
    "tests.fixtures.risk",
    "tests.fixtures.house",
    "tests.fixtures.town",
    "tests.fixtures.live",
]
