# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A scripted OpenID Connect provider with real keys: it gives the answers that a test chooses, and records the
requests."""

from __future__ import annotations

import base64
import time
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ISSUER = "https://keycloak.example/realms/demo"
CLIENT_ID = "demo.cells.pydio"
CLIENT_SECRET = "standin-client-secret-3b9d0c41e7"
CODE = "standin-code-77aa01"
ACCESS_TOKEN = "standin-provider-token-5512"


class Provider:
    """The provider; a test changes its attributes before it is asked."""

    def __init__(self, key: RSAKey) -> None:
        """Take the key that signs, which is also the one that is published."""
        self.key = key
        self.published_key = key
        self.named_issuer = ISSUER
        self.nonce = ""
        self.id_token: dict[str, Any] = {}
        self.info: dict[str, Any] = {"sub": "subject-1", "phone": "from-userinfo"}
        self.refusal: dict[str, str] = {}
        self.credentials: list[str] = []
        self.unexpected: list[str] = []

    def app(self) -> Starlette:
        """Return the provider as an ASGI application."""
        folder = "/realms/demo"
        return Starlette(
            routes=[
                Route(f"{folder}/.well-known/openid-configuration", self._discovery),
                Route(f"{folder}/jwks", self._jwks),
                Route(f"{folder}/token", self._token, methods=["POST"]),
                Route(f"{folder}/userinfo", self._userinfo),
                Route("/{path:path}", self._unexpected, methods=["GET", "POST", "PUT", "DELETE"]),
            ]
        )

    def claims(self) -> dict[str, Any]:
        """Return the claims of a valid ID token with the test's changes; None removes a claim."""
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce,
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            "email_verified": True,
            "cellsgroups": ["cn=Test_DEM_WebUsers,ou=groups,dc=example", "cn=Test_Etrange_Gov,ou=groups,dc=example"],
        }
        return {name: value for name, value in {**good, **self.id_token}.items() if value is not None}

    async def _discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.named_issuer,
                "authorization_endpoint": f"{ISSUER}/auth",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/jwks",
                "userinfo_endpoint": f"{ISSUER}/userinfo",
            }
        )

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.published_key]).as_dict(private=False))

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") == f"Basic {basic}" and "client_secret" not in form:
            self.credentials.append("basic")
        elif form.get("client_id") == CLIENT_ID and form.get("client_secret") == CLIENT_SECRET:
            self.credentials.append("post")
        else:
            return JSONResponse({"error": "unauthorized_client", "error_description": "Invalid credentials"}, 401)
        if self.refusal or form.get("code") != CODE or form.get("grant_type") != "authorization_code":
            return JSONResponse(self.refusal or {"error": "invalid_grant", "error_description": "Code not valid"}, 400)
        id_token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, self.claims(), self.key)
        return JSONResponse({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": id_token})

    async def _userinfo(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {ACCESS_TOKEN}":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.info)

    async def _unexpected(self, request: Request) -> Response:
        self.unexpected.append(f"{request.method} {request.url.path}")
        return JSONResponse({"error": "unexpected"}, 404)
