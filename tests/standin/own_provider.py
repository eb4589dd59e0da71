# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cells as an OpenID Connect provider, as far as logins and checks from outside need it (ory/hydra, below /oidc)."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from standin.collection import audience_match
from standin.config_memory import BrokenClients
from standin.defaults import FRONTEND
from standin.stand_in import StandIn

CHALLENGE_LIFE = 1800
"""Seconds within which a login that was begun must end (consentRequestMaxAge)."""
SHORTEST_STATE = 8
"""Characters that the parameter state must have at least."""


class OwnProvider:
    """The handlers."""

    def __init__(self, site: StandIn) -> None:
        """Take the site."""
        self._site = site
        self._external = site.settings.external

    def routes(self) -> list[Route]:
        """Return the handlers with their paths."""
        return [
            Route("/oidc/.well-known/openid-configuration", self.discovery),
            Route("/oidc/.well-known/jwks.json", self.keys),
            Route("/oidc/oauth2/auth", self.begin),
        ]

    async def discovery(self, _request: Request) -> Response:
        """Show the discovery document."""
        base = f"{self._external}/oidc"
        document: dict[str, Any] = {
            "issuer": f"{base}/",
            "authorization_endpoint": f"{base}/oauth2/auth",
            "token_endpoint": f"{base}/oauth2/token",
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "subject_types_supported": ["public"],
            "response_types_supported": [
                "code",
                "code id_token",
                "id_token",
                "token id_token",
                "token",
                "token id_token code",
            ],
            "claims_supported": ["sub"],
            "grant_types_supported": ["authorization_code", "implicit", "client_credentials", "refresh_token"],
            "response_modes_supported": ["query", "fragment"],
            "userinfo_endpoint": f"{base}/userinfo",
            "scopes_supported": ["offline_access", "offline", "openid"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "client_secret_basic",
                "private_key_jwt",
                "none",
            ],
            "userinfo_signing_alg_values_supported": ["none", "RS256"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "request_parameter_supported": True,
            "request_uri_parameter_supported": True,
            "require_request_uri_registration": True,
            "claims_parameter_supported": False,
            "revocation_endpoint": f"{base}/oauth2/revoke",
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "frontchannel_logout_supported": True,
            "frontchannel_logout_session_supported": True,
            "end_session_endpoint": f"{base}/oauth2/sessions/logout",
            "request_object_signing_alg_values_supported": ["RS256", "none"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }
        return JSONResponse(document)

    async def keys(self, _request: Request) -> Response:
        """Show the public key that signs ID tokens."""
        return JSONResponse(KeySet([self._site.state.signing_key()]).as_dict(private=False))

    async def begin(self, request: Request) -> Response:
        """Begin a login of the web interface: to the login page with a challenge, or back with an error."""
        query = request.query_params
        if query.get("client_id") != FRONTEND:
            return _redirect(f"{self._external}/oidc/oauth2/fallbacks/error", {"error": "invalid_client"})
        try:
            error = self._error(query.get("response_type", ""), query.get("state", ""), query.get("audience", ""))
        except BrokenClients as broken:
            error = {"error": "server_error", "error_description": str(broken)}
        if error:
            return _redirect(f"{self._external}/auth/callback", {**error, "state": query.get("state", "")})
        challenges, now = self._site.challenges, time.time()
        for old in [challenge for challenge, began in challenges.items() if began < now - CHALLENGE_LIFE]:
            del challenges[old]
        challenge = secrets.token_hex(16)
        challenges[challenge] = now
        return _redirect(f"{self._external}/login", {"login_challenge": challenge}, 302)

    def _error(self, response_type: str, state: str, audience: str) -> dict[str, str]:
        hint = audience_match(self._site.config.client_audience(FRONTEND), audience.split())
        if hint is not None:
            return {"error": "invalid_request", "error_description": hint}
        if len(state) < SHORTEST_STATE:
            return {"error": "invalid_state"}
        if response_type != "code":
            return {"error": "unsupported_response_type"}
        return {}


def _redirect(url: str, query: dict[str, str], status: int = 303) -> Response:
    return RedirectResponse(f"{url}?{urlencode(query)}", status)
