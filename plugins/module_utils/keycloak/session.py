# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session with a Keycloak server: python-keycloak's transport, login, renewal and admin verbs.

This class adds typed errors with method, URL, status and the server's own words. It repeats only calls that can be
repeated, and never a refused login.
"""

from __future__ import annotations

import json
import ssl
import threading
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, Callable
from urllib.parse import quote, unquote

from ansible_collections.cellsops.sso.plugins.module_utils.errors import (
    Ambiguous,
    Conflict,
    InvalidInput,
    LoginFailed,
    MissingLibrary,
    NotAuthorized,
    NotFound,
    ServerError,
    Unreachable,
)
from ansible_collections.cellsops.sso.plugins.module_utils.jwt import claims_of, ends_within, life_of
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.credentials import (
    certificate,
    explicit_first,
    login_advice,
    login_settings,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.rights import ADMIN_API_SCOPE, missing_right
from ansible_collections.cellsops.sso.plugins.module_utils.transport import (
    base_url,
    check_connection,
    exposure,
    refusal,
    repeat_calls,
    server_words,
    transport_reason,
    verification,
)
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

try:
    from keycloak import KeycloakAdmin, KeycloakOpenID, KeycloakOpenIDConnection
    from keycloak.exceptions import KeycloakConnectionError, KeycloakError
except ImportError:  # said in one line when a session is opened
    HAS_KEYCLOAK = False
    KeycloakOpenIDConnection = object  # type: ignore[misc, assignment]
else:
    HAS_KEYCLOAK = True

RENEW_BEFORE = 10
"""Seconds of life below which a token is renewed before it is used."""

TRUSTS_NOBODY: Any = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Settings for the asynchronous client that python-keycloak creates with each connection, and that this collection does
not use.

With the real settings it would read all CA certificates each time, which takes longer than the calls of a task. With
these, every connection that it might make is refused.
"""


class Connection(KeycloakOpenIDConnection):
    """python-keycloak's connection, whose calls raise this collection's errors."""

    def __init__(
        self, login_realm: str, verify: bool | str, cert: str | tuple[str, str] | None, **settings: Any
    ) -> None:
        """Take the realm of the login and what KeycloakOpenIDConnection takes."""
        super().__init__(user_realm_name=quote(login_realm, safe=""), verify=TRUSTS_NOBODY, **settings)
        self.verify, self.cert = verify, cert
        self.login_realm = login_realm
        self._renewal = threading.Lock()
        self._sent_with = threading.local()
        self._refusal: LoginFailed | None = None
        # python-keycloak's own retry repeats every POST, also one that the server may have carried out.
        repeat_calls(self._s)

    def raw_get(self, path: str, **query: Any) -> Any:
        """Send a GET. Raises SsoError for anything but an answer below 400."""
        return self._checked("GET", path, lambda: super(Connection, self).raw_get(path, **query))

    def raw_post(self, path: str, data: Any, **query: Any) -> Any:
        """Send a POST. Raises SsoError for anything but an answer below 400."""
        return self._checked("POST", path, lambda: super(Connection, self).raw_post(path, data, **query))

    def raw_put(self, path: str, data: Any, **query: Any) -> Any:
        """Send a PUT. Raises SsoError for anything but an answer below 400."""
        return self._checked("PUT", path, lambda: super(Connection, self).raw_put(path, data, **query))

    def raw_delete(self, path: str, data: Any = None, **query: Any) -> Any:
        """Send a DELETE. Raises SsoError for anything but an answer below 400."""
        return self._checked("DELETE", path, lambda: super(Connection, self).raw_delete(path, data, **query))

    def _refresh_if_required(self) -> None:
        # Threads share the session, and one login is enough for all of them.
        with self._renewal:
            if self.expires_at is not None and datetime.now(tz=timezone.utc) >= self.expires_at:
                self.get_token()
        self._sent_with.token = self.token

    def refresh_token(self) -> None:
        """Log in after a refusal of the token, unless another thread has done so meanwhile. Raises LoginFailed."""
        with self._renewal:
            if self.token is getattr(self._sent_with, "token", None):
                self.get_token()

    def get_token(self) -> None:
        """Log in, once. Raises LoginFailed if Keycloak refuses the credentials."""
        if self._refusal:
            raise self._refusal
        url = f"{self.server_url}realms/{self.user_realm_name}/protocol/openid-connect/token"
        try:
            super().get_token()
        except (KeyError, TypeError) as error:
            words = "the answer contains no token. Check that this is the URL of Keycloak."
            raise ServerError("POST", url, 200, words) from error
        except KeycloakConnectionError as error:
            raise Unreachable("POST", url, transport_reason(error)) from error
        except KeycloakError as error:
            raise self._login_error(url, error) from error
        if self.token:
            # A refresh token goes stale by a login elsewhere: renewal is always a new login.
            self.token.pop("refresh_token", None)

    @cached_property
    def keycloak_openid(self) -> KeycloakOpenID:
        """python-keycloak's client for the login, which has its own connection."""
        client = KeycloakOpenID(
            server_url=str(self.server_url),
            realm_name=str(self.user_realm_name),
            client_id=str(self.client_id),
            client_secret_key=self.client_secret_key,
            custom_headers=self.custom_headers,
            timeout=self.timeout,
            verify=TRUSTS_NOBODY,
        )
        client.connection.verify, client.connection.cert = self.verify, self.cert
        repeat_calls(client.connection._s)
        return client

    def _login_error(self, url: str, error: KeycloakError) -> ServerError:
        words = _words_of(error.response_body)
        status = error.response_code or 0
        if status == 404:
            return NotFound("POST", url, status, words, self._not_there())
        if status in (400, 401, 403):
            advice = login_advice(bool(self.username))
            if status == 403 and url.startswith("http:"):
                advice = 'The realm requires https ("Require SSL"). Give auth_keycloak_url with https.'
            self._refusal = LoginFailed("POST", url, status, words, f"{advice} The login was not repeated.")
            return self._refusal
        return ServerError("POST", url, status, words)

    def _not_there(self) -> str:
        """Say what is wrong if Keycloak has no such path: each server has the realm master."""
        path = "Check the path of auth_keycloak_url: older servers, and some proxies, have Keycloak below /auth."
        return path if self.login_realm == "master" else f"Check auth_realm {self.login_realm!r}. {path}"

    def _checked(self, method: str, path: str, call: Callable[[], Any]) -> Any:
        url = f"{self.server_url}{path}"
        try:
            response = call()
        except KeycloakConnectionError as error:
            raise Unreachable(method, url, transport_reason(error)) from error
        status = response.status_code
        words = server_words(response)
        if status < 400 and not _is_as_documented(method, path, response):
            raise ServerError(
                method, url, status, words or "not an answer of Keycloak", "Check that this is the URL of Keycloak."
            )
        if status < 400:
            return response
        raise refusal(method, url, status, words, self._advice(method, path, status, words))

    def _advice(self, method: str, path: str, status: int, words: str) -> str:
        """Return what to do about a refusal, empty if nothing is known."""
        if status == 401:
            return self._token_refused()
        if status == 403:
            return missing_right(method, path)
        if status == 404 and "realm" in words.lower():
            return f"Check the realm {unquote(self.realm_name or '')!r}."
        return ""

    def _token_refused(self) -> str:
        """Say why Keycloak does not accept a token: it has expired, or its client may not use the admin REST API."""
        token = (self.token or {}).get("access_token") or ""
        if _near_its_end(token) or not self._can_log_in:
            return (
                "The token has expired or belongs to another server. Give credentials too, so that the module can "
                "renew it."
            )
        client = claims_of(token).get("azp") or self.client_id
        return (
            f"The token is new, so the client {client} may not use the admin REST API. Since Keycloak 26.8.2 it needs"
            f" {ADMIN_API_SCOPE} as a default client scope: run the playbook cellsops.sso.service_account again."
        )

    @property
    def _can_log_in(self) -> bool:
        return bool(self.username or self.client_secret_key)


class KeycloakSession:
    """Admin calls to one realm."""

    def __init__(self, params: Mapping[str, Any], realm: str) -> None:
        """Take the shared options of the Keycloak modules and the realm that the calls are about.

        Raises MissingLibrary, or InvalidInput for options that cannot be used. Sends nothing.
        """
        if not HAS_KEYCLOAK:
            raise MissingLibrary("python-keycloak", "where the module runs, to talk to Keycloak")
        params = explicit_first(params)
        self.url = base_url(params["auth_keycloak_url"], "auth_keycloak_url")
        self.realm = realm
        self.warnings = exposure(self.url, "auth_keycloak_url", "the credentials", params)
        check_connection(params)
        credentials = login_settings(params)
        token = None if _near_its_end(params["token"]) and credentials else params["token"]
        self.handed_in: str | None = params["token"]
        if not token and not credentials:
            raise InvalidInput(
                "There are no credentials for Keycloak. Give token, or auth_username and auth_password, or "
                "auth_client_id and auth_client_secret."
            )
        self.connection = Connection(
            login_realm=params["auth_realm"],
            server_url=f"{self.url}/",
            realm_name=quote(realm, safe=""),
            token={"access_token": token, "expires_in": life_of(token)} if token else None,
            verify=verification(params),
            cert=certificate(params),
            timeout=params["connection_timeout"],
            custom_headers={"User-Agent": params["http_agent"]},
            **credentials,
        )
        self.admin = KeycloakAdmin(connection=self.connection)

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a GET below the realm's admin URL. Raises SsoError."""
        return self.connection.raw_get(f"admin/realms/{self.connection.realm_name}/{path}".rstrip("/"), **query).json()

    def get_list(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return the objects that a GET below the realm's admin URL lists. Raises SsoError."""
        answer = self.get(path, **query)
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            url = f"{self.url}/admin/realms/{self.connection.realm_name}/{path}"
            raise ServerError("GET", url, 200, "a list was expected", "Check that this is the URL of Keycloak.")
        return answer

    def send(self, verb: str, path: str, body: Any) -> None:
        """Send JSON below the realm's admin URL, if python-keycloak has no function for it. verb: put, post or delete.

        Raises SsoError.
        """
        call = getattr(self.connection, f"raw_{verb}")
        call(f"admin/realms/{self.connection.realm_name}/{path}", data=json.dumps(body))

    def ask(self, path: str) -> dict[str, Any]:
        """Return the JSON with which Keycloak answers a POST without a body below the realm's admin URL.

        Raises SsoError.
        """
        answer = self.connection.raw_post(f"admin/realms/{self.connection.realm_name}/{path}", data="").json()
        if not isinstance(answer, dict):
            raise ServerError("POST", f"{self.url}/…/{path}", 200, "an object was expected")
        return answer

    def version(self) -> str:
        """Return the server's version. Raises SsoError: from 26.4 on only administrators of the realm master see it."""
        shown = self.connection.raw_get("admin/serverinfo").json()
        version = (shown.get("systemInfo") or {}).get("version") if isinstance(shown, dict) else None
        if not version:
            raise NotAuthorized("GET", f"{self.url}/admin/serverinfo", 200, "the version is not shown")
        return str(version)

    def token(self) -> tuple[str, int]:
        """Return an access token and its remaining seconds: the given one, or that of a new login.

        Raises InvalidInput if there are no credentials, LoginFailed, SsoError.
        """
        if self.connection.token is None:
            self.connection.get_token()
        token = self.connection.token or {}
        return str(token["access_token"]), int(token["expires_in"])


def only(found: list[dict[str, Any]], what: str) -> dict[str, Any] | None:
    """Return the one object of a list of those that bear a name, or None. Raises Ambiguous for two."""
    if len(found) > 1:
        raise Ambiguous(what, [str(item.get("id")) for item in found])
    return found[0] if found else None


def make_once(make: Callable[[State], object], payload: State, parent_id: str, is_there: Callable[[], bool]) -> None:
    """Create an object of a kind that Keycloak would create twice if two runs create it at the same time.

    Keycloak looks for the name, then writes, and no constraint of its database is in between (22.0.5 to 26.7.3: 16
    calls at once made 16 LDAP mappers, and 4 to 9 protocol mappers). But ids are unique, and Keycloak accepts a given
    one. So every run gives the same id, derived from the parent's id and the name.

    make: sends payload, which has the name. is_there: whether an object with that name exists now. Raises SsoError,
    among them Conflict if another run has created it.
    """
    own_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{parent_id}/{payload['name']}"))
    try:
        make({**payload, "id": own_id})
    except Conflict:
        if is_there():
            raise
        # It has the id, and was given another name since.
        make(payload)


def _is_as_documented(method: str, path: str, response: Any) -> bool:
    """Return whether a success has a status of Keycloak's admin REST API, and is not the page of a proxy."""
    # Keycloak answers with the written user profile.
    if method == "DELETE" or (method == "PUT" and not path.endswith("/users/profile")):
        return bool(response.status_code == 204)
    if path.endswith(("/testLDAPConnection", "/clear-user-cache")) or ("/role-mappings/" in path and method == "POST"):
        return bool(response.status_code == 204)
    if method == "POST" and not path.partition("?")[0].endswith(("/client-secret", "/sync")):
        return bool(response.status_code == 201 and response.headers.get("Location"))
    try:
        response.json()
    except ValueError:
        return False
    return bool(response.status_code == 200)


def _near_its_end(token: str | None) -> bool:
    return not token or ends_within(token, RENEW_BEFORE)


def _words_of(body: bytes | None) -> str:
    try:
        answer = json.loads(body or b"{}")
    except ValueError:
        return "no JSON in the answer"
    if not isinstance(answer, dict):
        return ""
    return ": ".join(str(answer[key]) for key in ("error", "error_description") if answer.get(key))
