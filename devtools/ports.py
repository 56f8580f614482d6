"""Loopback ports: free ones, and whether something listens."""

import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """True when a server could listen on this port of the loopback interface now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port that is free at this moment; somebody else may take it before it is used, so be ready to ask again."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def first_free(preferred: int, taken: tuple[int, ...] = (), tries: int = 50) -> int:
    """The preferred port, or the next free one above it that is not among those already taken."""
    for port in range(preferred, preferred + tries):
        if port not in taken and is_free(port):
            return port
    raise OSError(f"No free port from {preferred} to {preferred + tries - 1}")
