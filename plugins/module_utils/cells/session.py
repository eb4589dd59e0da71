# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session with a Pydio Cells server: its REST API below /a."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.errors import (
    InvalidInput,
    NotAuthorized,
    ServerError,
    TokenRefused,
    Unreachable,
    WrongEdition,
)
from ansible_collections.cellsops.sso.plugins.module_utils.transport import (
    AGENT,
    base_url,
    check_connection,
    exposure,
    import_requests,
    refusal,
    repeat_calls,
    send,
    server_words,
)

# Without a running server, the command never ends by itself.
NEW_TOKEN = "Create a new one: timeout 30 cells admin user token -u admin -e 1h -q"  # noqa: S105 - a hint, not a token
NO_RIGHT = "The token is valid, but its user does not have the right. Use the token of an administrator."
SEARCHES = ("acl", "role", "user")
"""Paths below /a to which a POST searches and writes nothing."""
ENTERPRISE_PATHS = (("config", "oauth2connectors"), ("config", "oauth2clients"), ("frontend", "login", "connectors"))
"""Paths that only Cells Enterprise has. Home refuses them with the statuses 403, 404, 405 and 500."""


class CellsSession:
    """Calls to the REST API of one Cells server."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Take the shared options of the Cells modules. Sends nothing.

        Raises MissingLibrary, or InvalidInput for options that cannot be used.
        """
        requests = import_requests()
        if not params["cells_url"]:
            raise InvalidInput("cells_url is missing. Give it, or set the environment variable CELLS_URL.")
        self.url = base_url(params["cells_url"], "cells_url")
        self.warnings = exposure(self.url, "cells_url", "token and secrets", params)
        token = (params["cells_token"] or "").strip()
        if not token:
            raise InvalidInput(f"cells_token is missing. {NEW_TOKEN}")
        if not token.isascii() or len(token.split()) != 1:
            raise InvalidInput(f"cells_token is not a single word, so it cannot be a token of Cells. {NEW_TOKEN}")
        check_connection(params)
        self._params = params
        self._session = requests.Session()
        # A separate object, because requests would let an entry in ~/.netrc override the header.
        self._bearer = _Bearer(token)
        self._session.headers["User-Agent"] = AGENT
        repeat_calls(self._session, *(f"{self.url}/a/{kind}" for kind in SEARCHES))

    def get(self, *path: str) -> Any:
        """Return the JSON of a GET; the parts of the path below /a are URL-encoded here. Raises SsoError."""
        return self._call("GET", path)

    def get_public(self, *path: str) -> Any:
        """Like get, without the token: for paths that anybody may read, but that Cells refuses with a bad token."""
        return self._call("GET", path, public=True)

    def search(self, *path: str, body: dict[str, Any]) -> Any:
        """Send a search, which Cells takes by POST, and return the answer's JSON. Raises SsoError."""
        return self._call("POST", path, body)

    def put(self, *path: str, body: dict[str, Any]) -> Any:
        """Send JSON by PUT and return the answer's. Raises SsoError."""
        return self._call("PUT", path, body)

    def delete(self, *path: str) -> Any:
        """Send a DELETE and return the answer's JSON. Raises SsoError."""
        return self._call("DELETE", path)

    def _call(
        self, method: str, path: tuple[str, ...], body: dict[str, Any] | None = None, public: bool = False
    ) -> Any:
        url = "/".join([self.url, "a", *(quote(part, safe="") for part in path)])
        response = self._send(method, url, body, public)
        status, words = response.status_code, server_words(response)
        if status < 400:
            try:
                return response.json()
            except ValueError as error:
                raise ServerError(method, url, status, words, self._no_json(path, response)) from error
        if status == 401:
            raise self._unauthorized(method, url, words)
        home = self._home(path) if status in (403, 404, 405, 500) else ""
        if home:
            raise WrongEdition(method, url, status, words, home)
        hint = "The user of the token does not have the right to do this in Cells." if status == 403 else ""
        raise refusal(method, url, status, words, hint)

    def _unauthorized(self, method: str, url: str, words: str) -> NotAuthorized:
        """Return the error for the status 401, which Cells returns for a bad token and for one without the right.

        Paths that everybody may read are refused only with a bad token.
        """
        bootconf = self._bootconf()
        status = None if bootconf is None else bootconf.status_code
        if status == 200:
            return NotAuthorized(method, url, 401, words, NO_RIGHT)
        if status == 401:
            return TokenRefused(
                method, url, 401, words, (f"The token has expired or belongs to another server. {NEW_TOKEN}")
            )
        return NotAuthorized(
            method, url, 401, words, (f"The token has expired, or does not belong to an administrator. {NEW_TOKEN}")
        )

    def _no_json(self, path: tuple[str, ...], response: Any) -> str:
        """Return why an answer that is no error may have no JSON in it."""
        if not response.content:
            host = urlsplit(self.url).hostname
            return (
                f"The answer is empty, because Cells has no site for the host {host}. Give the external URL of Cells."
            )
        return self._home(path) or "Check that this is the URL of Cells."

    def _send(self, method: str, url: str, body: dict[str, Any] | None = None, public: bool = False) -> Any:
        auth = _anonymous if public else self._bearer
        return send(self._session, method, url, self._params, json=body, auth=auth)

    def _bootconf(self, public: bool = False) -> Any:
        """Return the public settings; None if they cannot be read, because the first refusal counts."""
        try:
            return self._send("GET", f"{self.url}/a/frontend/bootconf", public=public)
        except Unreachable:
            return None

    def _home(self, path: tuple[str, ...]) -> str:
        """Return that this is Cells Home, if it is and the path is one of Enterprise, else ""."""
        if not any(path[: len(start)] == start for start in ENTERPRISE_PATHS):
            return ""
        response = self._bootconf(public=True)
        try:
            backend = response.json()["backend"]
            package, label = backend.get("PackageType"), backend.get("PackageLabel")
        except (ValueError, KeyError, TypeError, AttributeError):
            return ""
        if package == "PydioHome":
            return (
                f"This server is {label or 'Pydio Cells Home'}, which has no connectors. Only Cells Enterprise has "
                "them."
            )
        return ""


def _anonymous(request: Any) -> Any:
    """Add nothing to a request, so that ~/.netrc has no effect."""
    return request


class _Bearer:
    """Puts the token into each request, and is never shown."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
