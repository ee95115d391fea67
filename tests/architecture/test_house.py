"""Rules of the house that import-linter cannot see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from core import subscriptions

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "core", "accounts", "cards", "risk", "lending", "sandbox")
MAX_LINES = 400
MAX_FUNCTION = 70

#: Lower apps first; one that stands beside another may not point at it.
FLOORS = (
    {"core"},
    {"accounts"},
    {"cards"},
    {"risk", "products", "ledger"},
    {"loans"},
    {"repayments"},
)
FLOOR = {label: floor for floor, labels in enumerate(FLOORS) for label in labels}


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def points_down(*, source: str, target: str) -> bool:
    """Whether a foreign key from one app's table to another's follows the house."""
    return source == target or FLOOR[target] < FLOOR[source]


def _foreign_keys() -> Iterator[tuple[str, str, str]]:
    for model in apps.get_models():
        label = model._meta.app_label
        if label not in FLOOR:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, (models.ForeignKey, models.ManyToManyField)):
                target = field.remote_field.model._meta.app_label
                if target in FLOOR:
                    yield label, target, f"{model.__name__}.{field.name}"


def test_foreign_keys_point_downwards() -> None:
    keys = list(_foreign_keys())
    assert len(keys) > 20
    wrong = [name for source, target, name in keys if not points_down(source=source, target=target)]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [("loans", "cards", True), ("cards", "loans", False), ("ledger", "risk", False)],
)
def test_the_rule_can_fail(source: str, target: str, allowed: bool) -> None:
    assert points_down(source=source, target=target) is allowed


def test_every_subscribed_handler_exists() -> None:
    handlers = [path for paths in subscriptions._handlers.values() for path in paths]
    assert len(handlers) > 8
    for path in handlers:
        module, _dot, name = path.rpartition(".")
        assert callable(getattr(import_module(module), name)), path


def _published() -> set[str]:
    """Event names given to `publish` or to the helpers that wrap it."""
    names = set()
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="publish" | "publish_outcome" | "_tell")):
                    given = [*node.args, *(keyword.value for keyword in node.keywords)]
                    names |= {g.value for g in given if isinstance(g, ast.Constant)}
    return {name for name in names if isinstance(name, str) and "." in name}


def test_every_published_event_has_a_reader() -> None:
    """An event nobody reads is a typing mistake or something that was never needed."""
    published = _published()
    assert len(published) > 8
    assert published == set(subscriptions._handlers)


def test_modules_and_functions_stay_short() -> None:
    long = []
    for path in _sources():
        text = path.read_text()
        if text.count("\n") > MAX_LINES:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length}")
    assert long == []


def test_public_operations_are_keyword_only_and_documented() -> None:
    wrong = []
    for path in _sources():
        if "operations" not in path.parts and path.name != "operations.py":
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                if node.returns is None or ast.get_docstring(node) is None:
                    wrong.append(where)
                takes_model = len(node.args.args) <= 2
                if node.args.args and not (takes_model and node.args.args[0].annotation):
                    wrong.append(where)
    assert wrong == []


def counts_money(path: Path) -> bool:
    """Lending, risk, and what they stand on; time-outs and page layout may be floats."""
    return path.parts[0] in ("lending", "risk") or path.parts[:2] in (
        ("core", "money.py"),
        ("cards", "operations"),
        ("cards", "domain"),
    )


def test_money_is_no_float() -> None:
    """No float literal and no call of float(): amounts and rates are exact."""
    wrong = []
    for path in _sources():
        if not counts_money(path.relative_to(ROOT)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Constant(value=float()) | ast.Call(func=ast.Name(id="float")):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []
