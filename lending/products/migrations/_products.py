"""The products and terms an installation starts with. Frozen with migration 0002."""

from datetime import UTC, date, datetime

FROM = date(2025, 10, 1)
PUBLISHED = datetime(2025, 9, 30, 16, tzinfo=UTC)  # midnight where the lender works

_PERSON = {
    "min_amount": 500_00,
    "max_amount": 200_000_00,
    "max_line": 200_000_00,
    "annual_rate_floor": "0.072",
    "penalty_uplift": "0.5",
    "grace_days": 1,
    "due_days": [],
    "first_period_min_days": 15,
    "purposes": ["CONSUMPTION", "EDUCATION", "RENOVATION", "MEDICAL", "TRAVEL"],
    "cooling_off_days": 0,
    "line_validity_months": 12,
    "regime": "CN-SMALL-LOAN",
}
_BUSINESS = {
    **_PERSON,
    "min_amount": 5_000_00,
    "max_amount": 3_000_000_00,
    "max_line": 3_000_000_00,
    "annual_rate_floor": "0.06",
    "purposes": ["BUSINESS_TURNOVER", "BUSINESS_EQUIPMENT"],
}
_BY_MONTH = {"day_count": "THIRTY_360", "annual_rate_ceiling": "0.21"}
_BY_DAY = {"day_count": "ACTUAL_360", "annual_rate_ceiling": "0.21"}

PRODUCTS = [
    {
        "code": "monthly",
        "borrower_kind": "PERSON",
        "names": ("月月还", "Monthly"),
        "taglines": ("每月还一样多，心里有数", "The same amount every month"),
        "terms": {
            **_PERSON,
            **_BY_MONTH,
            "method": "EQUAL_INSTALMENTS",
            "instalment_options": [3, 6, 12],
        },
    },
    {
        "code": "declining",
        "borrower_kind": "PERSON",
        "names": ("月月少", "Declining"),
        "taglines": ("本金均摊，越还越少", "Equal principal: each month costs less"),
        "terms": {
            **_PERSON,
            **_BY_MONTH,
            "method": "EQUAL_PRINCIPAL",
            "instalment_options": [3, 6, 12],
        },
    },
    {
        "code": "flexible",
        "borrower_kind": "PERSON",
        "names": ("随借随还", "Flexible"),
        "taglines": ("按日计息，随时可还", "Interest by the day, repay whenever you like"),
        "terms": {
            **_PERSON,
            **_BY_DAY,
            "method": "DAILY_FLEXIBLE",
            "instalment_options": [1, 3, 6, 12],
        },
    },
    {
        "code": "business-monthly",
        "borrower_kind": "BUSINESS",
        "names": ("经营月月还", "Business monthly"),
        "taglines": ("生意周转，每月还一样多", "For your business: the same amount every month"),
        "terms": {
            **_BUSINESS,
            **_BY_MONTH,
            "method": "EQUAL_INSTALMENTS",
            "instalment_options": [3, 6, 12, 24],
        },
    },
    {
        "code": "business-flexible",
        "borrower_kind": "BUSINESS",
        "names": ("经营随借随还", "Business flexible"),
        "taglines": ("进货急用，用几天算几天", "Pay interest only for the days you use it"),
        "terms": {
            **_BUSINESS,
            **_BY_DAY,
            "method": "DAILY_FLEXIBLE",
            "instalment_options": [1, 3, 6, 12],
        },
    },
]
