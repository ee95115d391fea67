"""The closed list of purposes a product may name.

Housing, securities and equity investment are not in it: regulation excludes them
(商业银行互联网贷款管理暂行办法 art. 6). The values are those `risk` knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.texts import gettext_noop


class Purpose(StrEnum):
    """What the money is for (贷款用途)."""

    CONSUMPTION = "CONSUMPTION"
    EDUCATION = "EDUCATION"
    RENOVATION = "RENOVATION"
    MEDICAL = "MEDICAL"
    TRAVEL = "TRAVEL"
    BUSINESS_TURNOVER = "BUSINESS_TURNOVER"
    BUSINESS_EQUIPMENT = "BUSINESS_EQUIPMENT"


PURPOSE_NAMES: Final[Mapping[Purpose, str]] = MappingProxyType(
    {
        Purpose.CONSUMPTION: gettext_noop("Everyday shopping"),
        Purpose.EDUCATION: gettext_noop("Education"),
        Purpose.RENOVATION: gettext_noop("Home decoration"),
        Purpose.MEDICAL: gettext_noop("Medical care"),
        Purpose.TRAVEL: gettext_noop("Travel"),
        Purpose.BUSINESS_TURNOVER: gettext_noop("Working capital"),
        Purpose.BUSINESS_EQUIPMENT: gettext_noop("Business equipment"),
    }
)

#: By kind of borrower ("PERSON", "BUSINESS"): a consumer loan pays no business costs, nor the
#: other way round.
PURPOSES: Final[Mapping[str, tuple[Purpose, ...]]] = MappingProxyType(
    {
        "PERSON": (
            Purpose.CONSUMPTION,
            Purpose.EDUCATION,
            Purpose.RENOVATION,
            Purpose.MEDICAL,
            Purpose.TRAVEL,
        ),
        "BUSINESS": (Purpose.BUSINESS_TURNOVER, Purpose.BUSINESS_EQUIPMENT),
    }
)
