"""Bank cards and the money that moves through them."""
