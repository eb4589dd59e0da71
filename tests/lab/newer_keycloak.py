# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy before Keycloak 26.7.3 that stands in for 26.8.2, which Maven does not have yet.

It is made after the release notes and has never been compared with the real one. It does three things: calls to the
admin REST API need a token with the client scope kc-admin-api, unless it is one of admin-cli; protocol mappers are only
written with the right to manage the realm; secrets are masked for an account that may not manage clients.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.jwt import claims_of
from lab.fault_proxy import Handler

SCOPE = "kc-admin-api"
MASK = "**********"


@contextmanager
def newer_keycloak(upstream: str) -> Iterator[str]:
    """Yield the URL of the stand-in on the loopback before the server at upstream, a URL of plain http."""
    command = [sys.executable, "-m", "lab.newer_keycloak", upstream]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main() -> None:
    """Serve until the process is stopped; the first line on stdout is the URL."""
    target = urlsplit(sys.argv[1])
    members = {"target": (target.hostname, target.port)}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Newer", (_Newer,), members))
    server.daemon_threads = True
    print(f"http://{target.hostname}:{server.server_address[1]}", flush=True)
    server.serve_forever()


class _Newer(Handler):
    """Passes a request on, or refuses it as 26.8.2 does."""

    def _handle(self) -> None:
        body = self._body()
        claims = claims_of((self.headers.get("Authorization") or "").removeprefix("Bearer "))
        if self.path.startswith("/admin/"):
            if claims.get("azp") != "admin-cli" and SCOPE not in str(claims.get("scope")).split():
                self._refuse(401, "HTTP 401 Unauthorized")
                return
            if self.command != "GET" and "/protocol-mappers/" in self.path and not _has(claims, "manage-realm"):
                self._refuse(403, "HTTP 403 Forbidden")
                return
        status, headers, content = self._upstream(body)
        if "/clients" in self.path and status == 200 and not _has(claims, "manage-clients"):
            content = _masked(content)
        self._answer(status, headers, content)

    def _refuse(self, status: int, words: str) -> None:
        self._answer(status, [("Content-Type", "application/json")], json.dumps({"error": words}).encode())


def _has(claims: dict[str, Any], role: str) -> bool:
    """Return whether a token has a role of a client that manages realms, as administrators of master have them all."""
    clients = claims.get("resource_access") or {}
    of_clients = any(role in (access.get("roles") or []) for access in clients.values())
    return of_clients or claims.get("azp") == "admin-cli"


def _masked(content: bytes) -> bytes:
    """Return clients, or a secret, as JSON without secrets."""
    try:
        shown = json.loads(content)
    except ValueError:
        return content
    for item in shown if isinstance(shown, list) else [shown]:
        for key in {"secret", "value"} & set(item if isinstance(item, dict) else ()):
            item[key] = MASK
    return json.dumps(shown).encode()


if __name__ == "__main__":
    main()
