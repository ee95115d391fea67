"""TCP ports on 127.0.0.1: is one free, and who has it."""

import secrets
import socket
from pathlib import Path

# Linux hands ports from 32768 up to outgoing connections: a server up there loses its port to one.
_LOWEST, _HIGHEST = 20_000, 32_000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(*, port: int) -> bool:
    """Nobody listens there (a port merely in TIME_WAIT counts as free)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def accepts(*, port: int) -> bool:
    """Somebody answers there within a second."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def find_free(*, avoid: frozenset[int] = frozenset()) -> int:
    """A free port below the ephemeral range, picked at random so that neighbours do not collide.

    Raises OSError when two hundred tries found none.
    """
    highest = _HIGHEST
    if _EPHEMERAL.exists():
        highest = min(_HIGHEST, int(_EPHEMERAL.read_text().split()[0]) - 1)
    lowest = _LOWEST if highest > _LOWEST + 1000 else 1024
    for _attempt in range(200):
        port = lowest + secrets.randbelow(max(highest - lowest, 1))
        if port not in avoid and is_free(port=port):
            return port
    raise OSError(f"no free port between {lowest} and {highest}")
