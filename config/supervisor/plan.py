"""What an instance consists of: its folder, ports, addresses and secrets. Nothing runs yet."""

import os
import secrets
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.console import gettext as _
from config.embedded.places import write_private
from config.ports import find_free, is_free
from config.processes import StartError
from config.supervisor.record import MARKER

#: name → (environment variable, default port); all below the ephemeral range.
PORTS: Mapping[str, tuple[str, int]] = {
    "web": ("KADAI_WEB_PORT", 8000),
    "sandbox": ("KADAI_SANDBOX_PORT", 8010),
    "postgres": ("KADAI_POSTGRES_PORT", 15432),
    "redis": ("KADAI_REDIS_PORT", 16379),
}
#: Which variables make an embedded part needless when they are all set.
REPLACED_BY: Mapping[str, tuple[str, ...]] = {
    "sandbox": ("SANDBOX_URL",),
    "postgres": ("DATABASE_URL", "SANDBOX_DATABASE_URL"),
    "redis": ("REDIS_URL", "CELERY_BROKER_URL"),
}
#: Sealed data is lost without the first two; the last only signs sessions.
_DATA_KEYS = ("field", "index")
_SESSION_KEYS = ("secret",)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One instance. `given` is the environment we were started with."""

    folder: Path
    ports: Mapping[str, int]
    given: Mapping[str, str]

    @property
    def keys(self) -> Path:
        """The folder of keys."""
        return Path(self.given.get("KADAI_KEYS_DIR") or self.folder / "keys").resolve()

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.folder / "logs"

    @property
    def environment_file(self) -> Path:
        """What we added to the environment, to be sourced by a shell; mode 0600."""
        return self.folder / "environment.sh"

    @property
    def public_url(self) -> str:
        """Where people reach the web."""
        return self.given.get("PUBLIC_URL") or f"http://127.0.0.1:{self.ports['web']}"

    @property
    def sandbox_url(self) -> str:
        """Where the outside world is."""
        return self.given.get("SANDBOX_URL") or f"http://127.0.0.1:{self.ports['sandbox']}"

    def environment(self, *, addresses: Mapping[str, str]) -> dict[str, str]:
        """The environment of our processes; `addresses` are those of the embedded servers."""
        made = {
            **addresses,
            "KADAI_DATA_DIR": str(self.folder),
            "KADAI_KEYS_DIR": str(self.keys),
            "PUBLIC_URL": self.public_url,
            "SANDBOX_URL": self.sandbox_url,
        }
        missing = {name: value for name, value in made.items() if not self.given.get(name)}
        return {**self.given, **missing, MARKER: str(self.folder), "PYTHONUNBUFFERED": "1"}


def program(*argv: str) -> tuple[str, ...]:
    """The command line of one of our Python programs, in this environment."""
    return (sys.executable, *argv)


def is_replaced(*, part: str, given: Mapping[str, str]) -> bool:
    """Every variable that replaces the embedded part is set.

    Without the sandbox, nobody needs the sandbox's database.
    """
    names = [*REPLACED_BY[part]]
    if part == "postgres" and given.get("SANDBOX_URL"):
        names.remove("SANDBOX_DATABASE_URL")
    return all(given.get(name) for name in names)


def make_folder(*, folder: Path) -> None:
    """Make the data folder; root's lets the servers' account pass through it, but not read it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    (folder / "logs").mkdir(exist_ok=True, mode=0o700)


def wanted_ports(*, given: Mapping[str, str]) -> dict[str, int]:
    """The ports of the parts that run here. Raises StartError for one that is no port number."""
    ports = {}
    for part, (variable, default) in PORTS.items():
        if part in REPLACED_BY and is_replaced(part=part, given=given):
            continue
        text = given.get(variable) or str(default)
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise StartError(
                _("{variable} is {text}: a port number from 1 to 65535 is needed.").format(
                    variable=variable, text=text
                )
            )
        ports[part] = int(text)
    return ports


def free_ports(*, given: Mapping[str, str]) -> dict[str, int]:
    """Free ports for the parts that run here, except where a variable names one."""
    ports = wanted_ports(given=given)
    taken = {port for part, port in ports.items() if given.get(PORTS[part][0])}
    for part in ports:
        if not given.get(PORTS[part][0]):
            ports[part] = find_free(avoid=frozenset(taken))
            taken.add(ports[part])
    return ports


def check_ports(*, ports: Mapping[str, int]) -> None:
    """Raises StartError that names the first busy port and how to choose another."""
    for part, port in ports.items():
        others = [name for name, other in ports.items() if other == port and name != part]
        if others:
            raise StartError(
                _("{part} and {other} cannot both have port {port}: change {variable}.").format(
                    part=part, other=others[0], port=port, variable=PORTS[part][0]
                )
            )
        if not is_free(port=port):
            raise StartError(
                _(
                    "Port {port} ({part}) is already in use: stop what listens there, or choose "
                    "another port, for example {variable}={example}."
                ).format(
                    port=port,
                    part=part,
                    variable=PORTS[part][0],
                    example=find_free(avoid=frozenset(ports.values())),
                )
            )


def make_keys(*, plan: Plan) -> None:
    """Make the keys that are missing, 64 hexadecimal digits each, mode 0600.

    Raises StartError when a key is missing that sealed the data already there: a new one would
    make that data unreadable, and quietly.
    """
    plan.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    has_data = (plan.folder / "postgres" / "data").exists()
    for name in (*_DATA_KEYS, *_SESSION_KEYS):
        path = plan.keys / f"{name}.key"
        if path.exists() or plan.given.get(f"KADAI_{name.upper()}_KEY"):
            continue
        if has_data and name in _DATA_KEYS:
            raise StartError(
                _(
                    "The key {path} is missing, and the data in {folder} cannot be read without "
                    "it: restore it, or move {folder} away to start afresh."
                ).format(path=path, folder=plan.folder)
            )
        write_private(path, secrets.token_hex(32))


def write_environment(*, plan: Plan, environment: Mapping[str, str]) -> None:
    """Keep what we added to the environment, for `manage.py` beside a running instance."""
    ours = {name: value for name, value in environment.items() if plan.given.get(name) != value}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(ours.items())]
    write_private(plan.environment_file, "".join(lines))
