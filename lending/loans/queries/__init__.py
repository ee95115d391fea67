"""Reads of lines, quotes, drawdowns, loans and contracts."""
