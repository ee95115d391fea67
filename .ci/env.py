"""`make env`: the virtual environment .venv, exactly as locked. Standard library only.

Runs on any Python 3.6 or newer, to say clearly when that is too old. Instant when nothing has
changed: a stamp in the environment holds the hash of the lock file and the Python version.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = VENV / ".kadai-stamp"
OLDEST = (3, 11)
VERSION = sys.version.split()[0]
TESTED = ("python3.13", "python3.12", "python3.11")


def fail(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(1)


def switch_to_newer_python() -> None:
    """Go on under a newer Python of this machine, if ours is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in TESTED:
        found = shutil.which(name)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if found and subprocess.call([found, "-c", ""], **quiet) == 0:
            sys.exit(subprocess.call([found, *sys.argv]))
    fail(
        f"Kadai needs Python 3.11 or newer, and {sys.executable} is {VERSION}: install one, or "
        "name it, for example `make run PYTHON=/opt/python3.12/bin/python3`."
    )


def wanted_stamp() -> str:
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{lock} {VERSION} {os.path.realpath(sys.executable)}\n"


def is_current(stamp: str) -> bool:
    try:
        return STAMP.read_text() == stamp and (VENV / "bin" / "python").exists()
    except OSError:
        return False


def check_modules() -> None:
    if not all(importlib.util.find_spec(name) for name in ("ensurepip", "venv")):
        fail(
            f"This Python ({sys.executable}) cannot make virtual environments (no venv or "
            "ensurepip): on Debian and Ubuntu run `apt-get install python3-venv`."
        )


def same_python() -> bool:
    """The environment there works and was made by this very Python."""
    probe = "import sys, pip; print(sys.version.split()[0])"
    try:
        answer = subprocess.run(
            [str(VENV / "bin" / "python"), "-c", probe], capture_output=True, text=True
        )
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == VERSION


def build(stamp: str) -> None:
    sys.stderr.write("Making the environment in .venv (a minute or two, once)…\n")
    STAMP.unlink(missing_ok=True)
    if not same_python():
        clear = ["--clear"] if VENV.exists() else []
        run([sys.executable, "-m", "venv", *clear, str(VENV)], "making .venv")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-qq"]
    run([*pip, "install", "--require-hashes", "-r", str(LOCK)], "installing requirements/dev.txt")
    STAMP.write_text(stamp)


def run(argv: "list[str]", what: str) -> None:
    try:
        status = subprocess.run(argv, stdin=subprocess.DEVNULL, cwd=ROOT).returncode
    except OSError as error:
        fail(f"The environment is not complete: {what} failed ({error}).")
        return
    if status != 0:
        fail(f"The environment is not complete: {what} failed; the reason is above.")


def main() -> None:
    switch_to_newer_python()
    stamp = wanted_stamp()
    if is_current(stamp):
        return
    check_modules()
    # The lock is held on a file outside .venv, which may be made anew under it.
    with open(LOCK, encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(stamp):
            build(stamp)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        fail(f"The environment cannot be made: {error}.")
