"""UnionPay's public gateway, token format, version 5.1.0 (domain.md, "UnionPay token flow").

What a message looks like is in `messages`, who signed it in `signature`, what it means in `rail`.

Signing an agreement is two messages: 77/00 sends the code to the phone the issuer knows, 79/00 with the
same orderId and txnTime and the code opens it and answers with the token, our `agreement_no`. A payout
(12/00, bizType 000401) is addressed in the public format by the account number, not by the token, so
the vault hands the number over for that one call.
"""
