"""Version 1 of every consent text: samples, to be replaced by the lender's own before real use.

A data migration loads them; they are never edited here. A new text is a new version in the table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from accounts.domain.consents import ConsentKind

_SAMPLE_ZH: Final = "【示例文本，正式使用前须由贷款机构法务替换】\n\n"
_SAMPLE_EN: Final = "[Sample text. The lender's lawyers must replace it before real use.]\n\n"


@dataclass(frozen=True)
class SampleDocument:
    kind: ConsentKind
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str


def body_hash(*, title_zh: str, body_zh: str, title_en: str, body_en: str) -> str:
    """SHA-256 over both languages: what was on the screen is provable in either."""
    text = "\x00".join((title_zh, body_zh, title_en, body_en))
    return hashlib.sha256(text.encode()).hexdigest()


def _sample(
    kind: ConsentKind, *, title: tuple[str, str], zh: Sequence[str], en: Sequence[str]
) -> SampleDocument:
    return SampleDocument(
        kind=kind,
        title_zh=title[0],
        title_en=title[1],
        body_zh=_SAMPLE_ZH + "\n\n".join(zh),
        body_en=_SAMPLE_EN + "\n\n".join(en),
    )


SAMPLES: Final = (
    _sample(
        ConsentKind.SERVICE_AGREEMENT,
        title=("借款服务协议", "Service agreement"),
        zh=(
            "本服务帮助您申请额度、借款和还款。注册并不产生借款，也不收取任何费用。",
            "每一笔借款都会另行签订合同；签订之前，您会看到全部费用、还款计划和综合年化成本。",
            "请妥善保管密码和短信验证码，不要告诉任何人，包括自称工作人员的人。",
            "您可以随时停止使用本服务；未还清的借款仍按合同履行。",
        ),
        en=(
            "This service lets you apply for a limit, borrow and repay. Registering lends you"
            " nothing and costs nothing.",
            "Each loan has a contract of its own. Before you sign it you see every charge, the"
            " repayment plan and the annual cost.",
            "Keep your password and SMS codes to yourself. Do not give them to anybody, not even to"
            " people who say they work for us.",
            "You may stop using the service at any time. Loans not yet repaid continue under their"
            " contracts.",
        ),
    ),
    _sample(
        ConsentKind.PRIVACY_POLICY,
        title=("隐私政策", "Privacy policy"),
        zh=(
            "为提供借款服务，我们处理您的手机号、姓名、身份证号、银行卡信息以及借款和还款记录。",
            "身份证号、卡号等敏感信息加密保存，页面只显示一部分；我们不保存银行卡密码和安全码。",
            "除法律要求或您单独同意外，我们不会把您的信息提供给他人。身份资料和交易记录依法至少"
            "保存十年。",
            "您可以查看、更正、复制您的信息，撤回同意，并要求人工复核自动作出的决定。",
        ),
        en=(
            "To provide the service we process your phone number, name, ID number, bank card, and"
            " the record of your loans and repayments.",
            "Sensitive data such as ID and card numbers is stored encrypted and shown only in part."
            " We never keep card PINs or security codes.",
            "We give your data to nobody unless the law demands it or you agreed to it separately."
            " Identity and transaction records are kept for at least ten years, as the law says.",
            "You may see, correct and copy your data, withdraw a consent, and ask a person to review"
            " an automated decision.",
        ),
    ),
    _sample(
        ConsentKind.IDENTITY_VERIFICATION,
        title=("身份验证授权书", "Consent to identity verification"),
        zh=(
            "我同意将我的姓名、身份证号、银行卡号和手机号提供给发卡银行及银行卡清算机构，"
            "仅用于核实这些信息是否一致、卡片是否属于我本人。",
            "该授权可以撤回；撤回后不能再绑定新卡，已完成的验证不受影响。",
        ),
        en=(
            "I agree that my name, ID number, card number and phone number are given to the bank"
            " that issued my card and to the card network, only to check that they belong together"
            " and that the card is mine.",
            "I may withdraw this. No further card can then be bound; checks already made stand.",
        ),
    ),
    _sample(
        ConsentKind.BUREAU_QUERY,
        title=("征信查询授权书", "Consent to a credit bureau query"),
        zh=(
            "我同意贷款机构向征信机构查询我的信用报告，用途为：审核本次额度申请，以及在额度有效"
            "期内进行贷后管理。",
            "该授权可以撤回；撤回后不再查询，但可能无法申请额度。",
        ),
        en=(
            "I agree that the lender asks a credit bureau for my credit report, for these purposes:"
            " to decide on this application for a limit, and to manage the loan while the limit is"
            " open.",
            "I may withdraw this. No further query is made then, but I may be unable to get a limit.",
        ),
    ),
    _sample(
        ConsentKind.CARD_DEBIT_AUTHORISATION,
        title=("银行卡扣款授权书", "Authorisation to debit my card"),
        zh=(
            "我同意贷款机构在还款日从我绑定的银行卡中扣取当期应还款项；提前还款时，扣取我确认的"
            "金额。",
            "每次扣款不超过当时应还金额；余额不足时可以部分扣款，并在之后再次扣款。",
            "该授权可以撤回；未还清借款期间撤回的，我需要自行按时还款。",
        ),
        en=(
            "I agree that the lender takes what is due from my bound card on the due date and, when"
            " I repay early, the amount I confirm.",
            "No debit is larger than what is due at that time. If the balance is too low, a part may"
            " be taken and the rest tried again later.",
            "I may withdraw this. If I do so while a loan is open, I must repay on time by myself.",
        ),
    ),
)
