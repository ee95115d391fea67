"""Rails: the ways money moves between us and a bank card, each behind the protocol in `base`."""
