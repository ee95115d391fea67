"""One request at the gateway, read and checked, and the answer to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.books import BEIJING
from sandbox.db import Connection, Row
from sandbox.faults import Exchange
from sandbox.unionpay.channel import BankKeys, Fields, Unreadable, parse_group

CNY: Final = "156"

#: Words of the gateway's answers; they are the public ones, in Chinese as there.
MESSAGES: Final[Mapping[str, str]] = {
    "00": "成功[0000000]",
    "10": "报文格式错误",
    "11": "验证签名失败",
    "12": "重复交易",
    "13": "报文交易要素缺失",
    "31": "商户状态不正确",
    "32": "无此交易权限",
    "33": "交易金额超限",
    "34": "查无此交易",
    "35": "原交易不存在或状态不正确",
    "36": "与原交易信息不符",
    "38": "风险受限",
    "40": "绑定关系检查失败",
    "60": "交易失败，详情请咨询您的发卡行",
    "61": "输入的卡号无效，请确认后输入",
    "62": "交易失败，发卡银行不支持该商户，请更换其他银行卡",
    "63": "卡状态不正确",
    "64": "卡上的余额不足",
    "66": "持卡人身份信息、手机号或CVN2输入不正确，验证失败",
    "71": "短信验证码校验失败",
    "73": "支付卡已超过有效期",
    "77": "银行卡未开通认证支付",
    "80": "标记(token)已过期",
}

_REQUIRED: Final = (
    "version",
    "encoding",
    "signMethod",
    "txnType",
    "txnSubType",
    "bizType",
    "accessType",
    "merId",
    "certId",
    "orderId",
    "txnTime",
    "signature",
)
_ECHOED: Final = (
    "txnType",
    "txnSubType",
    "bizType",
    "accessType",
    "merId",
    "orderId",
    "txnTime",
    "txnAmt",
    "currencyCode",
    "reqReserved",
)
_ORDER_ID: Final = re.compile(r"[0-9A-Za-z]{8,40}")
_TXN_TIME: Final = re.compile(r"[0-9]{14}")
_AMOUNT: Final = re.compile(r"[1-9][0-9]{0,11}")
_TOLERANCE: Final = timedelta(hours=24)


class Refusal(Exception):
    """The gateway's answer is this response code and nothing happens."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, kw_only=True)
class Request:
    """A request that came from the merchant, with what could be opened of it."""

    fields: Fields
    now: datetime
    exchange: Exchange
    pan: str = ""
    customer: Fields = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """What names an order."""
        return self.fields["merId"], self.fields["orderId"], self.fields["txnTime"]

    @property
    def kind(self) -> tuple[str, str]:
        return self.fields["txnType"], self.fields["txnSubType"]

    @property
    def token_data(self) -> Fields:
        return parse_group(text=self.fields.get("tokenPayData", ""))

    @property
    def amount(self) -> int:
        """The amount in fen. Raises Refusal."""
        text = self.fields.get("txnAmt", "")
        if self.fields.get("currencyCode") != CNY or not _AMOUNT.fullmatch(text):
            raise Refusal("10")
        return int(text)


def check_form(*, fields: Fields, bank: BankKeys) -> None:
    """Refuse what is malformed (10, 13) or does not come from the merchant it names (11)."""
    if any(not fields.get(name) for name in _REQUIRED):
        raise Refusal("13")
    if fields["version"] != "5.1.0" or fields["encoding"].upper() != "UTF-8":
        raise Refusal("10")
    if not bank.is_from_merchant(fields=fields):
        raise Refusal("11")
    if not _ORDER_ID.fullmatch(fields["orderId"]) or not _TXN_TIME.fullmatch(fields["txnTime"]):
        raise Refusal("10")


def check_current(*, request: Request) -> None:
    """Refuse a new order whose txnTime (Beijing time) is not about now."""
    try:
        sent = datetime.strptime(request.fields["txnTime"], "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError as error:
        raise Refusal("10") from error
    if abs(request.now - sent.astimezone(UTC)) > _TOLERANCE:
        raise Refusal("10")


def read_request(
    *, connection: Connection, fields: Fields, bank: BankKeys, now: datetime, settle_seconds: float
) -> Request:
    """Open the encrypted parts and find the card the message is about. Raises Refusal."""
    exchange = Exchange(now=now, settle_at=now + timedelta(seconds=settle_seconds))
    request = Request(fields=fields, now=now, exchange=exchange)
    try:
        request.customer = bank.open_customer(fields=fields)
        if fields.get("accNo"):
            request.pan = bank.open_account_number(fields=fields)
            return request
    except Unreadable as error:
        raise Refusal("10") from error
    token = request.token_data.get("token")
    if token:
        row = connection.execute(
            "SELECT pan FROM agreement WHERE token = %s AND mer_id = %s", (token, fields["merId"])
        ).fetchone()
    else:
        row = connection.execute(
            "SELECT pan FROM trade WHERE query_id = %s AND mer_id = %s",
            (fields.get("origQryId", ""), fields["merId"]),
        ).fetchone()
    request.pan = row["pan"] if row else ""
    return request


def answer(*, fields: Fields, code: str, more: Mapping[str, str] | None = None) -> Fields:
    """The answer's fields, before signature."""
    echoed = {name: fields[name] for name in _ECHOED if fields.get(name)}
    head = {"version": "5.1.0", "encoding": "UTF-8"}
    return head | echoed | {"respCode": code, "respMsg": message_of(code)} | dict(more or {})


def message_of(code: str) -> str:
    """The words for a response code."""
    return MESSAGES.get(code, "交易失败")


def trade_fields(*, trade: Row) -> Fields:
    """The fields that tell of a settled or pending trade in an answer or a notification."""
    at = (trade["settled_at"] or trade["created_at"]).astimezone(BEIJING)
    return {
        "queryId": trade["query_id"],
        "traceNo": trade["query_id"][-6:],
        "traceTime": f"{at:%m%d%H%M%S}",
        "settleAmt": str(trade["amount"]),
        "settleCurrencyCode": CNY,
        "settleDate": f"{at:%m%d}",
    }
