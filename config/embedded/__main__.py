"""`python -m config.embedded with -- CMD…`: the command with throw-away servers around it."""

import os
import signal
import sys

from config.console import complain
from config.console import gettext as _
from config.embedded.throwaway import run_command
from config.processes import StartError

_USAGE = "python -m config.embedded with -- COMMAND [ARGUMENT…]"


def main(*, arguments: list[str]) -> int:
    """The exit status of the command; 2 for a wrong call, 1 when the servers cannot start."""
    if arguments[:1] != ["with"] or "--" not in arguments[:2] or len(arguments) < 3:
        complain(_("Usage: {usage}").format(usage=_USAGE))
        return 2
    # Before the command runs, a signal must unwind us so that everything is stopped and removed.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        return run_command(argv=arguments[2:], env=os.environ)
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
