"""Where the embedded servers keep their files: folders their account can reach, private files."""

import os
import tempfile
from pathlib import Path

from config.console import gettext as _
from config.processes import Account, StartError, run_as

# Used only by root, and only when the data folder is out of the account's reach.
SHELF = Path("/var/lib/kadai")


def place_home(*, wanted: Path, account: Account | None) -> Path:
    """A home the account can reach: `wanted`, or (below /root, say) a folder it links to.

    Only root can meet the second case: the servers run as `nobody` then. The files go to
    `/var/lib/kadai/…` and `wanted` becomes a symbolic link to them, so that deleting the data
    folder always means a fresh start. Raises StartError when the link leads nowhere.
    """
    if wanted.is_symlink():
        if not wanted.exists():
            raise StartError(
                _(
                    "The data folder {link} points to {target}, which does not exist: restore it, "
                    "or remove the link to start with an empty one."
                ).format(link=wanted, target=wanted.readlink())
            )
        return wanted.resolve()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if account is None or _reaches(wanted.parent, account):
        wanted.mkdir(exist_ok=True, mode=0o700)
        own(wanted, account=account)
        return wanted
    if wanted.exists():
        raise StartError(
            _(
                "The user `{user}`, who must run the embedded servers, cannot reach {folder}: "
                "choose another data folder with --data-dir."
            ).format(user=account.name, folder=wanted)
        )
    SHELF.mkdir(parents=True, exist_ok=True, mode=0o755)
    place = Path(tempfile.mkdtemp(prefix=f"{wanted.name}-", dir=SHELF))
    own(place, account=account)
    wanted.symlink_to(place)
    return place


def _reaches(folder: Path, account: Account) -> bool:
    answer = run_as(
        argv=["test", "-x", str(folder)],
        account=account,
        env={"PATH": "/usr/bin:/bin"},
        cwd=Path("/"),
    )
    return answer.returncode == 0


def own(path: Path, *, account: Account | None) -> None:
    """Give a folder or a file to the account alone."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if account:
        os.chown(path, account.uid, account.gid)


def write_private(path: Path, text: str) -> None:
    """Write a whole file that only its owner may read; never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
