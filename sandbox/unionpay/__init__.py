"""The bank's side of UnionPay's public gateway, token format, version 5.1.0."""
