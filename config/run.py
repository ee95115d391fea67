"""`python -m config.run`: a whole instance of Kadai under one supervisor. `make run` calls it."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.console import BASE_DIR, complain
from config.console import gettext as _
from config.embedded import postgres, valkey
from config.embedded.places import place_home
from config.processes import StartError, adopt_orphans, server_account
from config.supervisor import parts, plan
from config.supervisor.plan import Plan
from config.supervisor.record import instance_lock
from config.supervisor.report import ConsoleReport, JsonReport, Report, read_logins
from config.supervisor.supervisor import StopRequested, Supervisor


def main(*, arguments: Sequence[str]) -> int:
    """The exit status: 0 after a clean stop, 1 with one sentence when it cannot start."""
    options = _parse(arguments)
    stopper = _Stopper()
    try:
        _run(options, stopper)
        return 0
    except StopRequested:
        return 0
    except StartError as error:
        sentence = str(error)
    except OSError as error:
        sentence = _("Kadai cannot start: {reason} ({where}).").format(
            reason=error.strerror or error, where=error.filename or options.data_dir
        )
    if stopper.requested:  # Ctrl-C reached a step of ours before it reached us
        return 0
    complain(sentence)
    return 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.run", description=__doc__)
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("KADAI_DATA_DIR") or BASE_DIR / ".kadai"),
        help=_("where everything is kept (default: .kadai)"),
    )
    parser.add_argument(
        "--free-ports", action="store_true", help=_("any free ports instead of the usual ones")
    )
    parser.add_argument(
        "--json", action="store_true", help=_("print nothing but one line of JSON when ready")
    )
    return parser.parse_args(list(arguments))


class _Stopper:
    """Signals ask for the end, whatever we are doing."""

    def __init__(self) -> None:
        self.requested = False
        self.supervisor: Supervisor | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.requested = True
        if self.supervisor:
            self.supervisor.request_stop()


def _run(options: argparse.Namespace, stopper: _Stopper) -> None:
    adopt_orphans()
    folder = options.data_dir.absolute().resolve()
    plan.make_folder(folder=folder)
    with instance_lock(folder=folder) as record:
        choose = plan.free_ports if options.free_ports else plan.wanted_ports
        instance = Plan(folder=folder, ports=choose(given=os.environ), given=dict(os.environ))
        plan.check_ports(ports=instance.ports)
        record.set_url(url=instance.public_url)
        report = (JsonReport if options.json else ConsoleReport)(plan=instance)
        supervisor = Supervisor(logs=instance.logs, record=record, announce=report.event)
        stopper.supervisor = supervisor
        if stopper.requested:
            return
        try:
            _bring_up(instance, supervisor, report)
            supervisor.watch()
        finally:
            begun = time.monotonic()
            report.event(_("Stopping…"))
            supervisor.stop()
            report.done(_("stopped"), time.monotonic() - begun)


def _bring_up(instance: Plan, supervisor: Supervisor, report: Report) -> None:
    plan.make_keys(plan=instance)
    addresses = _start_stores(instance, supervisor, report)
    environment = instance.environment(addresses=addresses)
    plan.write_environment(plan=instance, environment=environment)
    with_sandbox = "sandbox" in instance.ports
    if with_sandbox:
        _step("keys", ("-m", "sandbox.keys", str(instance.keys)), environment, supervisor, report)
    _step("migrate", ("manage.py", "migrate", "--no-input"), environment, supervisor, report)
    services = parts.product_services(plan=instance, environment=environment)
    if with_sandbox:
        services.append(parts.sandbox_service(plan=instance, environment=environment))
    supervisor.start(services=services, report=report.done)
    if environment.get("KADAI_DEMO") != "0":
        _step("demo", ("manage.py", "load_demo"), environment, supervisor, report)
    report.ready(logins=read_logins(folder=instance.folder))


def _start_stores(instance: Plan, supervisor: Supervisor, report: Report) -> Mapping[str, str]:
    """Start the embedded servers that are wanted; their addresses by variable."""
    account = server_account() if instance.ports.keys() & {"postgres", "redis"} else None
    addresses: dict[str, str] = {}
    services = []
    if "postgres" in instance.ports:
        begun = time.monotonic()
        place = place_home(wanted=instance.folder / "postgres", account=account)
        home = postgres.prepare(
            home=place,
            secret_file=instance.folder / "postgres-passwords.json",
            account=account,
            release=postgres.wheel_release(home=place, account=account),
        )
        report.done(_("database folder"), time.monotonic() - begun)
        port = instance.ports["postgres"]
        addresses["DATABASE_URL"] = home.url(port=port, database="kadai")
        addresses["SANDBOX_DATABASE_URL"] = home.url(port=port, database="kadai_bank")
        services.append(parts.postgres_service(plan=instance, home=home))
    if "redis" in instance.ports:
        place = place_home(wanted=instance.folder / "redis", account=account)
        server = valkey.prepare(
            home=place,
            port=instance.ports["redis"],
            account=account,
            program=valkey.wheel_program(home=place, account=account),
        )
        addresses["REDIS_URL"] = server.url(database=0)
        addresses["CELERY_BROKER_URL"] = server.url(database=1)
        services.append(parts.redis_service(plan=instance, home=server))
    supervisor.start(services=services, report=report.done)
    if "postgres" in instance.ports:
        postgres.create_databases(home=home, port=port)
    return addresses


def _step(
    name: str,
    argv: tuple[str, ...],
    environment: Mapping[str, str],
    supervisor: Supervisor,
    report: Report,
) -> None:
    step = parts.setup_step(name=name, argv=argv, environment=environment)
    report.done(name, supervisor.run_step(step=step))


if __name__ == "__main__":
    sys.exit(main(arguments=sys.argv[1:]))
