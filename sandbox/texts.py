"""The words on the sandbox's pages, Chinese and English side by side.

The sandbox stands outside the product and its catalogues, so it keeps its few words here.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Request

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "bank": ("沙箱银行", "Sandbox bank"),
    "bank_lead": (
        "演示用的外部世界：发卡行、银联网关与短信网关。这里的钱不是真钱。",
        "The outside world of the demonstration: issuers, UnionPay gateway and SMS gateway. No real money.",
    ),
    "messages": ("短信", "Messages"),
    "messages_lead": (
        "所有手机收到的短信都显示在这里。",
        "What every phone received is shown here.",
    ),
    "phone": ("手机号", "Phone"),
    "filter": ("筛选", "Filter"),
    "all": ("全部", "All"),
    "no_messages": ("还没有短信", "No messages yet"),
    "accounts": ("账户", "Accounts"),
    "movements": ("资金流水", "Movements"),
    "no_movements": ("还没有流水", "No movements yet"),
    "holder": ("持卡人", "Holder"),
    "card": ("卡号", "Card"),
    "issuer": ("发卡行", "Bank"),
    "kind": ("类型", "Kind"),
    "debit": ("借记卡", "Debit"),
    "credit": ("贷记卡", "Credit"),
    "status": ("状态", "Status"),
    "normal": ("正常", "Normal"),
    "lost": ("挂失", "Lost"),
    "closed": ("销户", "Closed"),
    "expired": ("过期", "Expired"),
    "not_enabled": ("未开通", "Not enabled"),
    "balance": ("余额", "Balance"),
    "time": ("时间", "Time"),
    "from": ("付方", "From"),
    "to": ("收方", "To"),
    "amount": ("金额", "Amount"),
    "purpose": ("用途", "Purpose"),
    "merchant": ("商户结算户", "Merchant account"),
    "world": ("外部", "Outside"),
    "opening balance": ("开户存入", "Opening balance"),
    "deposit": ("存入", "Deposit"),
    "withdraw": ("支取", "Withdrawal"),
    "01/01": ("代扣", "Debit by agreement"),
    "12/00": ("代付", "Payout"),
    "04/00": ("退货", "Refund"),
    "31/00": ("撤销", "Void"),
    "balanced": ("账平", "Books balance"),
    "unbalanced": ("账不平", "Books do not balance"),
    "other_language": ("English", "中文"),
}


def language(*, request: Request) -> dict[str, Any]:
    """Template variables of the language asked for (`?lang=en`; Chinese otherwise)."""
    english = request.args.get("lang") == "en"
    words = {key: pair[1 if english else 0] for key, pair in _WORDS.items()}
    return {"t": words, "lang": "en" if english else "zh", "other": "zh" if english else "en"}
