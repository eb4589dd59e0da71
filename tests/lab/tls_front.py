# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TLS proxy in front of a server of the lab: it accepts https on its own port and forwards the decrypted data."""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import socket
import socketserver
import ssl
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self  # noqa: UP035 - typing has it from Python 3.11 on, mypy is told 3.10

COUNTER = 8
"""Bytes of the number that the front shares with the process that started it."""


class TlsFront:
    """Listens on loopback while it is a context manager; context: holds its certificate, target: the server's port.

    It is a process of its own, so that the one that starts it has no threads and can fork.
    """

    def __init__(self, context: ssl.SSLContext, target: int) -> None:
        self.context = context
        self.target = target
        self._count = mmap.mmap(-1, COUNTER)
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self._listening.getsockname()[1]
        self._pid = 0

    @property
    def passed_on(self) -> int:
        """How many bytes of clients it has passed on so far."""
        return int.from_bytes(self._count[:COUNTER], "big")

    def __enter__(self) -> Self:
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                self._serve(parent)
            finally:
                os._exit(0)
        self._listening.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    def _serve(self, parent: int) -> None:
        front = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                # A client that does not trust the certificate goes away here, or at the first read.
                with contextlib.suppress(OSError):
                    front.pass_on(self.request)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        server.daemon_threads = True
        server.socket.close()
        server.socket = self._listening
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # It ends with the process that started it, even if that was killed.
        while os.getppid() == parent:
            time.sleep(0.2)

    def pass_on(self, connection: socket.socket) -> None:
        """Serve one connection until either side ends it. Raises OSError if TLS fails."""
        connection.settimeout(60)
        with (
            self.context.wrap_socket(connection, server_side=True) as client,
            socket.create_connection(("127.0.0.1", self.target), timeout=60) as server,
        ):
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            while data := client.recv(65536):
                with self._lock:
                    self._count[:COUNTER] = (self.passed_on + len(data)).to_bytes(COUNTER, "big")
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
            back.join(timeout=60)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
