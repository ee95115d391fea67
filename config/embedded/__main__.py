"""`python -m config.embedded with -- CMD…`: the command with throw-away servers around it.

`with-system` does the same with the Postgres and Redis of Debian's packages, `with-durable` with
the Postgres settings of `make run`: what is measured there holds for a server that keeps its data.
"""

import os
import signal
import sys

from config.console import complain
from config.console import gettext as _
from config.embedded import postgres, valkey
from config.embedded.throwaway import Installed, run_command
from config.processes import StartError

_USAGE = "python -m config.embedded with|with-system|with-durable -- COMMAND [ARGUMENT…]"
_MODES = ("with", "with-system", "with-durable")


def main(*, arguments: list[str]) -> int:
    """The exit status of the command; 2 for a wrong call, 1 when the servers cannot start."""
    if len(arguments) < 3 or arguments[0] not in _MODES or arguments[1] != "--":
        complain(_("Usage: {usage}").format(usage=_USAGE))
        return 2
    # Before the command runs, a signal must unwind us so that everything is stopped and removed.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        installed = None
        if arguments[0] == "with-system":
            installed = Installed(postgres=postgres.system_release(), redis=valkey.system_program())
        return run_command(
            argv=arguments[2:],
            env=os.environ,
            installed=installed,
            settings=postgres.DURABLE if arguments[0] == "with-durable" else postgres.THROWAWAY,
        )
    except StartError as error:
        complain(str(error))
    except OSError as error:
        complain(_("The embedded servers cannot start: {reason}.").format(reason=error))
    except KeyboardInterrupt:
        return 130
    return 1


def _leave(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main(arguments=sys.argv[1:]))
