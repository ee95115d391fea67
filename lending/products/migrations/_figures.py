"""The figures of Chinese regulation an installation starts with. Frozen with migration 0002.

Nothing here was checked against a primary legal text: `verified` is False until the lender's
lawyers set it. Where only a year was known, the first day named is the day the rule was issued or
took effect as far as we know.
"""

from datetime import date

_INTERNET = "商业银行互联网贷款管理暂行办法 (2020) 第六条"
_CONSUMER_2025 = "发展消费金融通知 (2025-03)"
_PERSONAL = "个人贷款管理办法 (2024)"
_SMALL_LOAN = "小额贷款公司监督管理暂行办法 (2024)"
_JOINT = "银保监办发〔2021〕24号"
_COST = "金规〔2025〕9号"
_DISCLOSURE = "金规〔2026〕2号"
_PRIVATE = "民间借贷司法解释 第二十五条"
_PENALTY = "银发〔2003〕251号"
_CLASSES = "商业银行金融资产风险分类办法 (2023)"
_CAS22 = "企业会计准则第22号 (CAS 22 / IFRS 9)"
_CONTACT = "GB/T 45251-2025"
_CREDIT_BUREAU = "征信业管理条例 (2013)"
_AML = "反洗钱法 (2024)"
_PIPL = "个人信息保护法 第五十六条"
_COMPLAINTS = "银行业保险业消费投诉处理管理办法 (2020)"

_ONE_BORROWER = "For one borrower, all consumption credit together."
_OVERDUE = "Above the contract rate, on what is overdue."
_MISUSE = "Above the contract rate, on money used for another purpose."
_PAST_DUE = "Days past due more than this."

# code, regime, value, unit, effective from, citation, note
FIGURES = [
    ("consumption-credit-max", "CN-BANK", "200000", "MONEY", date(2020, 7, 12), _INTERNET, _ONE_BORROWER),
    (
        "consumption-credit-max", "CN-BANK", "300000", "MONEY", date(2025, 3, 14), _CONSUMER_2025,
        "Temporarily, for online consumption loans. " + _ONE_BORROWER,
    ),
    ("bullet-term-max", "CN", "12", "MONTHS", date(2020, 7, 12), _INTERNET, "Principal due at once at the end."),
    ("self-payment-consumption-max", "CN", "300000", "MONEY", date(2024, 7, 1), _PERSONAL, "Above this: entrusted payment."),
    ("self-payment-business-max", "CN", "500000", "MONEY", date(2024, 7, 1), _PERSONAL, "Above this: entrusted payment."),
    ("consumption-credit-max", "CN-SMALL-LOAN", "200000", "MONEY", date(2024, 12, 31), _SMALL_LOAN, _ONE_BORROWER),
    ("business-credit-max", "CN-SMALL-LOAN", "10000000", "MONEY", date(2024, 12, 31), _SMALL_LOAN, "For one borrower."),
    ("single-borrower-share-max", "CN-SMALL-LOAN", "0.10", "RATE", date(2024, 12, 31), _SMALL_LOAN, "Of net assets."),
    ("borrower-group-share-max", "CN-SMALL-LOAN", "0.15", "RATE", date(2024, 12, 31), _SMALL_LOAN, "Of net assets."),
    ("joint-partner-funding-min", "CN", "0.30", "RATE", date(2021, 2, 19), _JOINT, "Of each joint loan."),
    ("joint-partner-tier1-share-max", "CN", "0.25", "RATE", date(2021, 2, 19), _JOINT, "Of net tier-1 capital, with one partner."),
    ("joint-loans-share-max", "CN", "0.50", "RATE", date(2021, 2, 19), _JOINT, "Of all loans."),
    ("annual-cost-ceiling", "CN", "0.24", "RATE", date(2025, 10, 1), _COST, "Every enhancement fee counts into the annual cost."),
    (
        "disclosure-reading-seconds", "CN", "5", "SECONDS", date(2026, 8, 1), _DISCLOSURE,
        "The notice asks for a forced reading time; its length is the lender's choice.",
    ),
    ("lpr-multiple-max", "CN-PRIVATE", "4", "MULTIPLE", date(2020, 8, 20), _PRIVATE, "Of the 1-year LPR; unlicensed lenders."),
    ("lpr-1y", "CN", "0.03", "RATE", date(2026, 9, 1), "LPR 1Y (2026-09)", "A new row whenever it is published anew."),
    ("overdue-uplift-min", "CN", "0.30", "RATE", date(2004, 1, 1), _PENALTY, _OVERDUE),
    ("overdue-uplift-max", "CN", "0.50", "RATE", date(2004, 1, 1), _PENALTY, _OVERDUE),
    ("misuse-uplift-min", "CN", "0.50", "RATE", date(2004, 1, 1), _PENALTY, _MISUSE),
    ("misuse-uplift-max", "CN", "1.00", "RATE", date(2004, 1, 1), _PENALTY, _MISUSE),
    ("special-mention-after", "CN", "0", "DAYS", date(2023, 7, 1), _CLASSES, _PAST_DUE),
    ("substandard-after", "CN", "90", "DAYS", date(2023, 7, 1), _CLASSES, _PAST_DUE),
    ("doubtful-after", "CN", "270", "DAYS", date(2023, 7, 1), _CLASSES, _PAST_DUE),
    ("loss-after", "CN", "360", "DAYS", date(2023, 7, 1), _CLASSES, _PAST_DUE),
    ("restructured-watch", "CN", "1", "YEARS", date(2023, 7, 1), _CLASSES, "At least."),
    ("stage-2-after", "CN", "30", "DAYS", date(2018, 1, 1), _CAS22, _PAST_DUE),
    ("stage-3-after", "CN", "90", "DAYS", date(2018, 1, 1), _CAS22, _PAST_DUE),
    ("contact-from-hour", "CN", "8", "HOUR", date(2025, 2, 28), _CONTACT, "Collections contact, local time."),
    ("contact-until-hour", "CN", "22", "HOUR", date(2025, 2, 28), _CONTACT, "Collections contact, local time."),
    ("contact-calls-per-day", "CN", "3", "COUNT", date(2025, 2, 28), _CONTACT, "Default, configurable."),
    ("bureau-dispute-answer", "CN", "20", "DAYS", date(2013, 3, 15), _CREDIT_BUREAU, ""),
    ("records-kept", "CN", "10", "YEARS", date(2025, 1, 1), _AML, "Identity and transaction records, at least."),
    ("impact-assessment-kept", "CN", "3", "YEARS", date(2021, 11, 1), _PIPL, ""),
    ("complaint-answer", "CN", "15", "DAYS", date(2020, 3, 1), _COMPLAINTS, ""),
    ("complaint-answer-extended", "CN", "60", "DAYS", date(2020, 3, 1), _COMPLAINTS, "When extended."),
    ("cooling-off-min", "CN", "0", "DAYS", date(2020, 1, 1), "No general right", "A product option."),
    ("cooling-off-min", "EU", "14", "DAYS", date(2020, 1, 1), "Directive 2008/48/EC art. 14", ""),
]
