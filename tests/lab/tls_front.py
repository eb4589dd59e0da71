# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TLS front before a server of the lab: it takes https on a port of its own, and passes on what it decrypts."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self  # noqa: UP035 - typing has it from Python 3.11 on, mypy is told 3.10


class TlsFront:
    """Listens on loopback while it is a context manager; context: holds its certificate, target: the server's port."""

    def __init__(self, context: ssl.SSLContext, target: int) -> None:
        front = self
        self.passed_on = 0
        """How many bytes of clients it has passed on so far."""

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                # A client that does not trust the certificate goes away here, or at the first read.
                with contextlib.suppress(OSError):
                    self.request.settimeout(60)
                    with (
                        context.wrap_socket(self.request, server_side=True) as client,
                        socket.create_connection(("127.0.0.1", target), timeout=60) as server,
                    ):
                        back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
                        back.start()
                        while data := client.recv(65536):
                            front.passed_on += len(data)
                            server.sendall(data)
                        server.shutdown(socket.SHUT_WR)
                        back.join(timeout=60)

        class Front(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Front(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
