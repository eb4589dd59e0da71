# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Keycloak server whose every answer is scripted: a call that is not the next of the script fails the test."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import quote

from responses import RequestsMock
from responses.matchers import header_matcher, json_params_matcher, query_param_matcher, urlencoded_params_matcher

URL = "https://sso.example.org"
REALM = "cells"
TOKEN = "standin-access-token-1f0c6a5e9b7d4c3f8a21"
PASSWORD = "standin-admin-password-8c1f0e4b7a6d4d21"
CLIENT_SECRET = "standin-account-secret-5d2b9f7c3e8a4e60"
BY_TOKEN = {"auth_keycloak_url": URL, "token": TOKEN, "realm": REALM}
"""Arguments of a task that needs no login."""
BY_PASSWORD = {"auth_keycloak_url": URL, "auth_username": "admin", "auth_password": PASSWORD, "realm": REALM}
BY_SECRET = {
    "auth_keycloak_url": URL,
    "auth_realm": "operations",
    "auth_client_id": "deployer",
    "auth_client_secret": CLIENT_SECRET,
    "realm": REALM,
}

PASSWORD_FORM = {
    "client_id": "admin-cli",
    "grant_type": "password",
    "username": "admin",
    "password": PASSWORD,
    "scope": "openid",
}
SECRET_FORM = {
    "client_id": "deployer",
    "grant_type": "client_credentials",
    "client_secret": CLIENT_SECRET,
    "scope": "openid",
}


def jwt(life: float, whole: float = 60) -> str:
    """Return a token (not signed) that has life seconds left of the whole seconds it was made for."""
    expires = time.time() + life
    claims = json.dumps({"exp": expires, "iat": expires - whole, "sub": "standin-sub-4711"}).encode()
    return f"eyJhbGciOiJub25lIn0.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.standin-signature"


class Script:
    """The expected requests, in this order and with exactly these bodies, and the server's answers."""

    def __init__(self, mock: RequestsMock) -> None:
        self.mock = mock
        self.token = TOKEN
        """The token that the next calls carry."""
        self.realm_url = f"{URL}/admin/realms/{quote(REALM, safe='')}"

    def get(self, path: str, answer: Any, **query: str) -> None:
        """Expect a GET below the realm with exactly this query; answer with this JSON."""
        self.call("GET", path, match=[query_param_matcher(query)], json=answer)

    def post(self, path: str, sent: Any, status: int = 201, **answer: Any) -> None:
        """Expect a POST with exactly this JSON, and answer as Keycloak does when it has created something."""
        answer.setdefault("headers", {"Location": f"{self.realm_url}/{path}/made-by-post"})
        self.call("POST", path, match=[_body(sent)], status=status, **answer)

    def put(self, path: str, sent: Any, status: int = 204, **answer: Any) -> None:
        """Expect a PUT with exactly this JSON."""
        self.call("PUT", path, match=[_body(sent)], status=status, **answer)

    def clears_user_cache(self) -> None:
        """Expect Keycloak to be told to forget the users it cached."""
        self.call("POST", "clear-user-cache", status=204)

    def delete(self, path: str, status: int = 204, **answer: Any) -> None:
        """Expect a DELETE."""
        self.call("DELETE", path, status=status, **answer)

    def call(self, method: str, path: str, match: Any = (), **answer: Any) -> None:
        """Expect a call below the realm with the current token."""
        url = f"{self.realm_url}/{path}".rstrip("/")
        authorization = header_matcher({"Authorization": f"Bearer {self.token}"})
        self.mock.add(method, url, match=[authorization, *match], **answer)

    def login(self, form: dict[str, str] | None = None, realm: str = "master", **answer: Any) -> None:
        """Expect a login with exactly this form; by default it is answered with a token that later calls carry."""
        if not answer:
            self.token = f"standin-token-of-login-{len(self.mock.registered())}-{len(self.mock.calls)}-c0ffee"
            # A refresh token must not be used: it goes stale by a login elsewhere.
            refresh = "standin-refresh-token-0badcafe"
            answer = {"json": {"access_token": self.token, "expires_in": 60, "refresh_token": refresh}}
        url = f"{URL}/realms/{quote(realm, safe='')}/protocol/openid-connect/token"
        self.mock.post(url, match=[urlencoded_params_matcher(form or PASSWORD_FORM)], **answer)


def _body(sent: Any) -> Any:
    """Return a matcher of a request's whole body: JSON, or none at all for None."""
    if sent is None:
        return lambda request: (not request.body, f"a body where none was expected: {request.body!r}")
    return json_params_matcher(sent)
