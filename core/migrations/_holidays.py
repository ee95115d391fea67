"""Holidays of mainland China an installation starts with. Frozen with migration 0002.

DAYS: as chinesecalendar 1.11.0 has them from the yearly notices of the State Council's office; nothing
here was checked against the notices. YEARLY: the holidays with a date of their own by the decree of
2024, for years nobody has entered yet.
"""

from datetime import date

SOURCE = "chinesecalendar 1.11.0"
DECREE = "全国年节及纪念日放假办法 (2024)"

# first day, last day, worked?, name
DAYS = [
    (date(2025, 1, 1), date(2025, 1, 1), False, "New Year's Day"),
    (date(2025, 1, 26), date(2025, 1, 26), True, "Spring Festival"),
    (date(2025, 1, 28), date(2025, 2, 4), False, "Spring Festival"),
    (date(2025, 2, 8), date(2025, 2, 8), True, "Spring Festival"),
    (date(2025, 4, 4), date(2025, 4, 6), False, "Tomb-sweeping Day"),
    (date(2025, 4, 27), date(2025, 4, 27), True, "Labour Day"),
    (date(2025, 5, 1), date(2025, 5, 5), False, "Labour Day"),
    (date(2025, 5, 31), date(2025, 6, 2), False, "Dragon Boat Festival"),
    (date(2025, 9, 28), date(2025, 9, 28), True, "National Day"),
    (date(2025, 10, 1), date(2025, 10, 5), False, "National Day"),
    (date(2025, 10, 6), date(2025, 10, 6), False, "Mid-autumn Festival"),
    (date(2025, 10, 7), date(2025, 10, 8), False, "National Day"),
    (date(2025, 10, 11), date(2025, 10, 11), True, "National Day"),
    (date(2026, 1, 1), date(2026, 1, 3), False, "New Year's Day"),
    (date(2026, 1, 4), date(2026, 1, 4), True, "New Year's Day"),
    (date(2026, 2, 14), date(2026, 2, 14), True, "Spring Festival"),
    (date(2026, 2, 15), date(2026, 2, 23), False, "Spring Festival"),
    (date(2026, 2, 28), date(2026, 2, 28), True, "Spring Festival"),
    (date(2026, 4, 4), date(2026, 4, 6), False, "Tomb-sweeping Day"),
    (date(2026, 5, 1), date(2026, 5, 5), False, "Labour Day"),
    (date(2026, 5, 9), date(2026, 5, 9), True, "Labour Day"),
    (date(2026, 6, 19), date(2026, 6, 21), False, "Dragon Boat Festival"),
    (date(2026, 9, 20), date(2026, 9, 20), True, "National Day"),
    (date(2026, 9, 25), date(2026, 9, 27), False, "Mid-autumn Festival"),
    (date(2026, 10, 1), date(2026, 10, 7), False, "National Day"),
    (date(2026, 10, 10), date(2026, 10, 10), True, "National Day"),
]

# any such day, name
YEARLY = [
    (date(2025, 1, 1), "New Year's Day"),
    (date(2025, 5, 1), "Labour Day"),
    (date(2025, 5, 2), "Labour Day"),
    (date(2025, 10, 1), "National Day"),
    (date(2025, 10, 2), "National Day"),
    (date(2025, 10, 3), "National Day"),
]
