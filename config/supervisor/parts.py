"""The processes of Kadai, as data for the supervisor."""

import http.client
import os
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from config.console import BASE_DIR
from config.embedded import postgres, valkey
from config.supervisor.plan import Plan, program
from config.supervisor.record import MARKER
from config.supervisor.service import Service, Step

_STORES, _OUTSIDE, _OURS = 0, 1, 2
#: What only the sandbox may know, and what the sandbox must not know.
_SANDBOX_ONLY = ("SANDBOX_DATABASE_URL",)
_PRODUCT_ONLY = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY")


def postgres_service(*, plan: Plan, home: postgres.PostgresHome) -> Service:
    """The embedded database server."""
    port = plan.ports["postgres"]
    return Service(
        name="postgres",
        argv=tuple(home.command(port=port, settings=postgres.DURABLE)),
        env={**home.environment(), MARKER: str(plan.folder)},
        cwd=home.data,
        ready=partial(postgres.is_ready, home=home, port=port),
        stage=_STORES,
        account=home.account,
        prepare=partial(postgres.clear_stale, home=home),
        stop_steps=((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.5)),
        death_signal=signal.SIGINT,
        start_attempts=3,
        explain=partial(postgres.explain, folder=home.path),
    )


def redis_service(*, plan: Plan, home: valkey.ValkeyHome) -> Service:
    """The embedded cache and queue server."""
    return Service(
        name="redis",
        argv=tuple(home.command()),
        env={**home.environment(), MARKER: str(plan.folder)},
        cwd=home.path,
        ready=partial(valkey.is_ready, home=home),
        stage=_STORES,
        account=home.account,
        stop_steps=((signal.SIGTERM, 3.0),),
        explain=partial(valkey.explain, folder=home.path),
    )


def sandbox_service(*, plan: Plan, environment: Mapping[str, str]) -> Service:
    """The outside world: bank and SMS gateway."""
    port = plan.ports["sandbox"]
    return Service(
        name="sandbox",
        argv=_granian("sandbox.app:application", port=port, workers=1),
        env={name: value for name, value in environment.items() if name not in _PRODUCT_ONLY},
        cwd=BASE_DIR,
        ready=partial(_answers, port=port),
        stage=_OUTSIDE,
        stop_steps=((signal.SIGTERM, 3.0),),
    )


def product_services(*, plan: Plan, environment: Mapping[str, str]) -> list[Service]:
    """Web, worker and beat."""
    env = product_environment(environment=environment)
    port = plan.ports["web"]
    workers = min(4, os.cpu_count() or 1)
    return [
        Service(
            name="web",
            argv=_granian("config.wsgi:application", port=port, workers=workers),
            env=env,
            cwd=BASE_DIR,
            ready=partial(_answers, port=port),
            stage=_OURS,
            stop_steps=((signal.SIGTERM, 5.0),),
        ),
        _celery(plan, env, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        _celery(
            plan,
            env,
            *("beat", "--loglevel", "INFO", "--pidfile", ""),
            *("--schedule", str(plan.folder / "beat-schedule")),
        ),
    ]


def product_environment(*, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what is the sandbox's own."""
    return {name: value for name, value in environment.items() if name not in _SANDBOX_ONLY}


def setup_step(*, name: str, argv: tuple[str, ...], environment: Mapping[str, str]) -> Step:
    """One of our own commands."""
    return Step(
        name=name,
        argv=program(*argv),
        env=product_environment(environment=environment),
        cwd=BASE_DIR,
    )


def _celery(plan: Plan, env: Mapping[str, str], name: str, *options: str) -> Service:
    mark = plan.folder / f"{name}.ready"
    return Service(
        name=name,
        argv=program("-m", "celery", "--app", "config", name, *options),
        env={**env, "KADAI_READY_FILE": str(mark)},
        cwd=BASE_DIR,
        ready=mark.exists,
        prepare=partial(_forget, mark),
        stage=_OURS,
        # A worker finishes what it holds; what takes longer is delivered again by the outbox.
        stop_steps=((signal.SIGTERM, 5.0),),
    )


def _forget(mark: Path) -> None:
    mark.unlink(missing_ok=True)


def _granian(application: str, *, port: int, workers: int) -> tuple[str, ...]:
    return program(
        *("-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "8", "--workers-kill-timeout", "3"),
        application,
    )


def _answers(*, port: int) -> bool:
    """It answers HTTP with anything but an error of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
