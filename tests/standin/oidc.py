# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OpenID Connect code flow with a connector's provider, by Authlib and joserfc."""

from __future__ import annotations

import importlib.util
import secrets
import ssl
import time
import warnings
from dataclasses import dataclass, field
from typing import Any

from authlib.deprecate import AuthlibDeprecationWarning

with warnings.catch_warnings():
    # Authlib uses httpx if httpx2 is missing, and warns about it.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

httpx: Any = importlib.import_module("httpx2" if importlib.util.find_spec("httpx2") else "httpx")
"""The one that Authlib takes."""

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
NOT_BEFORE_LEEWAY = 300
"""Seconds that an ID token may be too early by its claim nbf (the library go-oidc)."""


class LoginError(Exception):
    """Why a login through a provider failed; str() is one line without secrets."""


@dataclass
class Flow:
    """A login in progress: the values that were sent to the provider and must come back."""

    connector_id: str
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    started: float = field(default_factory=time.time)


class Provider:
    """The provider of one connector, by its discovery document."""

    def __init__(self, config: dict[str, Any], fallback_redirect_uri: str, http: dict[str, Any]) -> None:
        """Take a connector's configoidc, the redirect URI if it has none, and keyword arguments for httpx."""
        self._config = config
        self._http = http
        self._metadata: dict[str, Any] = {}
        self.issuer = str(config.get("issuer") or "")
        scopes = [str(scope) for scope in config.get("scopes") or ["profile", "email"]]
        self._client = AsyncOAuth2Client(
            client_id=str(config.get("clientID") or ""),
            client_secret=str(config.get("clientSecret") or ""),
            redirect_uri=str(config.get("redirectURI") or fallback_redirect_uri),
            scope=" ".join(dict.fromkeys(["openid", *scopes])),
            token_endpoint_auth_method=(
                "client_secret_post" if config.get("basicAuthUnsupported") else "client_secret_basic"
            ),
            **http,
        )

    async def __aenter__(self) -> Provider:
        """Fetch the discovery document. Raises LoginError, also if it names another issuer."""
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        self._metadata = await self._json(url)
        named = self._metadata.get("issuer")
        if named != self.issuer:
            await self._client.aclose()
            raise LoginError(f"The issuer is configured as {self.issuer} but {url} names {named}.")
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Close the connections."""
        await self._client.aclose()

    def login_url(self, flow: Flow) -> str:
        """Return the URL to which the browser is sent."""
        extra = {}
        domains = self._config.get("hostedDomains") or []
        if len(domains) == 1:
            extra["hd"] = domains[0]
        url, _state = self._client.create_authorization_url(
            self._metadata["authorization_endpoint"], state=flow.state, nonce=flow.nonce, **extra
        )
        return str(url)

    async def tokens(self, code: str) -> dict[str, Any]:
        """Exchange a code for tokens. Raises LoginError."""
        try:
            tokens = await self._client.fetch_token(
                self._metadata["token_endpoint"], code=code, grant_type="authorization_code"
            )
        except OAuthError as error:
            raise LoginError(f"The provider refused the code: {error.error}, {error.description}") from error
        except httpx.HTTPError as error:
            raise LoginError(f"The provider's token endpoint does not answer: {error}") from error
        if not tokens.get("id_token"):
            raise LoginError("The provider's answer has no ID token.")
        return dict(tokens)

    async def verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Return an ID token's claims after checks of signature, issuer, audience, times and nonce.

        OpenID Connect Core 1.0, section 3.1.3.7. Raises LoginError.
        """
        keys = await self._json(self._metadata["jwks_uri"])
        registry = jwt.JWTClaimsRegistry(
            leeway=NOT_BEFORE_LEEWAY,
            iss={"essential": True, "value": self.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": str(self._config.get("clientID"))},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            # When a token was issued is nothing that Cells looks at.
            registry.validate({name: value for name, value in token.claims.items() if name != "iat"})
        except (JoseError, ValueError) as error:
            raise LoginError(f"The ID token is not accepted: {error}") from error
        # The leeway is for a token that is early; one that has expired has expired.
        if float(token.claims["exp"]) <= time.time():
            raise LoginError("The ID token is not accepted: it has expired.")
        return dict(token.claims)

    async def userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        """Return the user information. Raises LoginError, also if it belongs to another subject."""
        info = await self._json(
            self._metadata.get("userinfo_endpoint", ""), {"Authorization": f"Bearer {access_token}"}
        )
        if info.get("sub") != subject:
            raise LoginError("The user information is of another subject than the ID token.")
        return info

    async def _json(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(**self._http) as client:
                answer = await client.get(url, headers=headers)
                answer.raise_for_status()
                found = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LoginError(f"GET {url}: {error or type(error).__name__}") from error
        except ValueError as error:
            raise LoginError(f"GET {url}: the answer is not JSON.") from error
        if not isinstance(found, dict):
            raise LoginError(f"GET {url}: the answer is not a JSON object.")
        return found


def trust(ca_file: str) -> dict[str, Any]:
    """Return httpx's keyword arguments for a CA file, empty for the system's trust."""
    return {"verify": ssl.create_default_context(cafile=ca_file) if ca_file else True, "timeout": 10.0}
