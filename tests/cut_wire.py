"""A wire between client and server that can be cut after any byte."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from certificates import HOST


class Cut:
    """A TCP proxy that cuts its first connections after so many bytes; later ones pass whole.

    `limits` holds a pair (bytes from the client, bytes from the server) for each connection to be cut; None is
    no limit.
    """

    def __init__(self, port: int, *limits: tuple[int | None, int | None]) -> None:
        self._target, self._limits = port, list(limits)
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.passed: list[tuple[int, int]] = []
        """Bytes that went up and down, by connection that has ended."""
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Cut:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            limit = self._limits.pop(0) if self._limits else (None, None)
            self.connections += 1
            threading.Thread(target=self._serve, args=(client, limit), daemon=True).start()

    def _serve(self, client: socket.socket, limit: tuple[int | None, int | None]) -> None:
        with client, socket.create_connection((HOST, self._target)) as server:
            counts = [0, 0]
            ways = [
                threading.Thread(target=_pump, args=(*ends, limit[n], counts, n), daemon=True)
                for n, ends in enumerate(((client, server), (server, client)))
            ]
            for way in ways:
                way.start()
            for way in ways:
                way.join()
            self.passed.append((counts[0], counts[1]))


def _pump(
    source: socket.socket, goal: socket.socket, limit: int | None, counts: list[int], way: int
) -> None:
    """Pass bytes on until an end closes or the limit is reached; then both ends close."""
    with suppress(OSError):
        while limit is None or counts[way] < limit:
            room = 65536 if limit is None else min(65536, limit - counts[way])
            data = source.recv(room)
            if not data:
                break
            goal.sendall(data)
            counts[way] += len(data)
    for end in (source, goal):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
