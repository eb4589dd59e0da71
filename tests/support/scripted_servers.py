# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keycloak and Cells in one scripted server: enough of both for each module to read, write and find its write again."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

SECRET = "standin-secret-that-keycloak-made-5f2c8e"
TOKEN = "standin-token-of-a-login-b94d27b9934d3e08"
ROLE = {"id": "role", "name": "manage-clients"}
CLAIMS = {"sub": "4711", "cellsgroups": ["admins"]}
ANSWERS: dict[str, Any] = {
    "default-default-client-scopes": [],
    "default-optional-client-scopes": [],
    "users": [{"id": "user", "username": "dora"}],
    "clients/management/roles": [ROLE],
    "clients/demo/service-account-user": {"id": "account"},
    "clients/demo/evaluate-scopes/generate-example-id-token": CLAIMS,
    "clients/demo/evaluate-scopes/generate-example-access-token": CLAIMS,
    "clients/demo/evaluate-scopes/generate-example-userinfo": CLAIMS,
}
"""Answers that never change, by the path below the realm."""


def beginning() -> dict[str, list[dict[str, Any]]]:
    """Return the state of the servers before the first task, by path."""
    client = {"protocol": "openid-connect", "publicClient": False, "attributes": {}, "defaultClientScopes": []}
    provider = "org.keycloak.storage.UserStorageProvider"
    return {
        "clients": [
            {"id": "demo", "clientId": "demo", "serviceAccountsEnabled": True, "secret": SECRET, **client},
            {"id": "management", "clientId": "realm-management", **client},
        ],
        "client-scopes": [{"id": "basic", "name": "basic", "protocol": "openid-connect", "protocolMappers": []}],
        "components": [{"id": "ldap", "name": "ldap", "providerId": "ldap", "providerType": provider, "config": {}}],
        "users/account/role-mappings/clients/management": [],
        "connectors": [],
        "roles": [],
        "users/profile": [{"attributes": [{"name": "username", "multivalued": False}]}],
        "staticClients": [{"client_id": "cells-frontend", "client_secret": SECRET, "audience": [], "own": 1}],
    }


class Servers:
    """Both servers at one address, and what was asked of them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[str] = []
        self.wait = 0.0
        """Seconds before an answer."""
        self.refuse = 0
        """The status that every call is refused with; 0 for none."""
        self.token_is_good_for = 0
        """Calls after which a token is refused; 0 for no end."""
        self.logins = 1000
        """How many logins are not refused."""
        self.meanwhile: Callable[[str, str], None] = lambda _method, _path: None
        """Actions that run during a call, by method and path."""
        self.reset()

    def reset(self) -> None:
        """Forget all writes."""
        self.held = beginning()
        self.requests.clear()
        self._calls = 0

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        """Return status, JSON and headers of an answer. A call that nobody scripted fails with 418."""
        parts = urlsplit(url)
        self.requests.append(f"{method} {parts.path}")
        time.sleep(self.wait)
        if self.refuse:
            return self.refuse, {"error": f"refused with {body}" if body else "refused"}, {}
        self.meanwhile(method, parts.path)
        if parts.path.endswith("/openid-connect/token"):
            return self._login()
        if self.token_is_good_for and self._calls >= self.token_is_good_for:
            return 401, {"error": "HTTP 401 Unauthorized"}, {}
        self._calls += 1
        if parts.path.endswith("/.well-known/openid-configuration"):
            return 200, {"issuer": f"{self.url}/realms/cells"}, {}
        return self._resource(method, parts, body)

    def _resource(self, method: str, parts: SplitResult, body: Any) -> tuple[int, Any, dict[str, str]]:
        if parts.path.startswith("/a/"):
            return self._cells(method, parts.path[3:], body)
        found = re.match(r"/admin/realms/cells/?(.*)", parts.path)
        if found:
            return self._keycloak(method, found[1], parse_qs(parts.query), body)
        return (200, {}, {}) if method == "HEAD" else (418, {"error": "not scripted"}, {})

    def _login(self) -> tuple[int, Any, dict[str, str]]:
        self._calls = 0
        if self.logins == 0:
            return 401, {"error": "invalid_grant"}, {}
        self.logins -= 1
        return 200, {"access_token": TOKEN, "expires_in": 60}, {}

    def _keycloak(
        self, method: str, path: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        if method == "GET":
            return self._shown(path, query)
        if method == "POST":
            return self._made(path, body)
        if "role-mappings" in path:
            self.held[path] = []
            return 204, None, {}
        if path == "users/profile":
            self.held[path] = [body]
            return 200, body, {}
        folder, _slash, name = path.partition("/")
        if method == "PUT":
            self._item(folder, name).update(body)
        elif method == "DELETE":
            self.held[folder].remove(self._item(folder, name))
        return 204, None, {}

    def _shown(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any, dict[str, str]]:
        if path == "" or path in ANSWERS:
            return 200, ANSWERS.get(path, {"realm": "cells"}), {}
        if path not in self.held:
            return 404, {"error": "no such thing"}, {}
        items = self.held[path]
        if path == "users/profile":
            return 200, items[0], {}
        if "clientId" in query:
            items = [item for item in items if item["clientId"] == query["clientId"][0]]
        return 200, items, {}

    def _made(self, path: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        if path.endswith("/sync"):
            return 200, {"added": 1, "updated": 0, "removed": 0, "failed": 0}, {}
        if "role-mappings" in path:
            self.held[path] = body
            return 204, None, {}
        if path.endswith("/protocol-mappers/models"):
            scope = self._item("client-scopes", path.split("/")[1])
            scope["protocolMappers"].append(body)
            return 201, None, {"Location": f"{self.url}/{path}/{body['id']}"}
        new = {"id": f"made-{len(self.held[path])}", **body}
        new.update({"protocolMappers": []} if path == "client-scopes" else {})
        self.held[path].append(new)
        return 201, None, {"Location": f"{self.url}/{path}/{new['id']}"}

    def _item(self, path: str, name: str) -> dict[str, Any]:
        return next(item for item in self.held[path] if item["id"] == name)

    def _cells(self, method: str, path: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        if path == "frontend/login/connectors":
            return 200, {"Connectors": [{"Id": "pydio", "Name": "Cells", "Type": "pydio"}]}, {}
        if path.startswith("config/oauth2connectors"):
            if method == "PUT":
                self.held["connectors"] = [body]
            return 200, {"connectors": self.held["connectors"]}, {}
        if path.startswith("config/oauth2clients"):
            if method == "PUT":
                self.held["staticClients"] = [body]
            return 200, {"staticClients": self.held["staticClients"]}, {}
        if path == "role":
            return 200, {"Roles": self.held["roles"]}, {}
        if path.startswith("role/") and method == "PUT":
            self.held["roles"] = [body]
            return 200, body, {}
        return 404, {"Title": "not found"}, {}


@contextmanager
def serving() -> Iterator[Servers]:
    """Yield the servers while they answer at a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            status, answer, headers = servers.answer(self.command, self.path, _parsed(raw))
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response_only(status)
            self.send_header("Date", "Sat, 01 Aug 2026 12:00:00 GMT")
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD" and status != 204:
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _reply  # noqa: N815 - the base class calls them so

        def log_message(self, *_words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        servers = Servers(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield servers
        server.shutdown()
        thread.join()


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()
