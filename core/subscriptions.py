"""Who hears which event. Free of models, so that an app's `apps.py` can import it."""

from __future__ import annotations

from collections import defaultdict

_handlers: dict[str, list[str]] = defaultdict(list)


def subscribe(*, event: str, handler: str) -> None:
    """Register a handler by its dotted path; called from an app's `ready`."""
    if handler not in _handlers[event]:
        _handlers[event].append(handler)


def list_handlers(*, event: str) -> tuple[str, ...]:
    """The handlers of an event, in the order they registered."""
    return tuple(_handlers.get(event, ()))
