"""Pure rules of cards: no Django, no I/O, no clock."""
