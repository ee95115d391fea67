"""Celery: the job queue, on Redis that may vanish at any moment.

What must hold (design, rule 7): a job killed half-way runs again, a job lost is derived again from
rows by the outbox's sweep, and a dead broker never holds up the request that publishes.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Below the outbox's lease (45 s): a handler is stopped before another worker may take it over.
SOFT_LIMIT_SECONDS = 35
HARD_LIMIT_SECONDS = 40


def _defaults() -> dict[str, Any]:
    """What holds unless a CELERY_… setting says otherwise."""
    return {
        # A message goes to another worker after this long without an acknowledgement. It may wait
        # behind one whole task in the prefetch before its own runs: more than twice the limit.
        "broker_transport_options": {
            "visibility_timeout": 3 * HARD_LIMIT_SECONDS,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            # The lock around giving messages back, should a worker be killed in there (seconds;
            # by default five minutes, and nothing would be given back for as long).
            "unacked_mutex_expire": 10,
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.8,
            "max_retries": 0,
        },
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure_or_timeout": True,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": 2,
        "worker_pool": "prefork",
        "worker_hijack_root_logger": False,
        "task_publish_retry": False,
        "task_ignore_result": True,
        "task_soft_time_limit": SOFT_LIMIT_SECONDS,
        "task_time_limit": HARD_LIMIT_SECONDS,
        "task_serializer": "json",
        "accept_content": ["json"],
        "timezone": "UTC",
        "beat_schedule": {
            "sweep-outbox": {
                "task": "core.tasks.sweep",
                "schedule": 2.0,
                "options": {"expires": 10},
            },
        },
    }


app = Celery("kadai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.add_defaults(_defaults)
app.autodiscover_tasks()


@worker_ready.connect
@beat_init.connect
def _mark_ready(**_details: object) -> None:
    """Tell whoever started this worker or beat, by a file, that it runs."""
    if mark := os.environ.get("KADAI_READY_FILE"):
        Path(mark).touch()
