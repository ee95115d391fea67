"""Wiring: settings, URLs, Celery, and the programs that run Kadai."""

from config.celery import app

__all__ = ["app"]
