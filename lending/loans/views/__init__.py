"""Pages of the way from the limit to the loan."""
