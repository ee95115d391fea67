"""The outside world: a bank behind UnionPay's public gateway, its issuers, and an SMS gateway.

A separate process with its own database. It imports nothing of Kadai's and nothing of Kadai's imports
it; the two meet over HTTP only, so what is repeated here (signature, message form) is repeated on
purpose: two sides of a protocol that share code cannot disagree, and then no test can find out.
"""
