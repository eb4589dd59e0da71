# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions of the web interface: tokens of a limited life, refreshed by the audience rule (row A3)."""

from __future__ import annotations

import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from standin.collection import audience_match
from standin.config_memory import ACCESS_TOKEN_LIFE, REFRESH_TOKEN_LIFE, ConfigMemory
from standin.defaults import FRONTEND
from standin.rest_error import RestError
from standin.state import Session, State, User, hashed

COOKIE = "standin-session"


class Sessions:
    """Opens, shows and refreshes sessions; the browser's cookie holds nothing but a session's key."""

    def __init__(self, config: ConfigMemory, state: State, external: str) -> None:
        """Take configuration, state and the site's external URL."""
        self._config = config
        self._state = state
        self._external = external

    def open(self, user: User, connector: str, granted_audience: list[str]) -> tuple[str, dict[str, Any]]:
        """Return a new session's key for the cookie, and the answer with its tokens. Raises BrokenClients."""
        # Cells asks for its own client at every login, and a list that it cannot read fails that.
        self._config.client_audience(FRONTEND)
        key = secrets.token_urlsafe(32)
        session = Session(user.login, connector, granted_audience)
        self._state.sessions[hashed(key)] = session
        return key, self._renew(session)

    def of(self, key: str) -> Session | None:
        """Return the session of a cookie, None where there is none or it can no longer be refreshed."""
        session = self._state.sessions.get(hashed(key)) if key else None
        return session if session is not None and session.refresh_expires > time.time() else None

    def user(self, key: str) -> User | None:
        """Return whose session a cookie is, while its access token lives."""
        session = self.of(key)
        if session is None or session.access_expires <= time.time():
            return None
        return self._state.users.get(session.login)

    def refresh(self, key: str) -> dict[str, Any]:
        """Return new tokens for a session. Raises RestError 401 where it has none or the audience is refused.

        Raises BrokenClients.
        """
        session = self.of(key)
        if session is None:
            raise RestError(401, "No refresh token")
        hint = audience_match(self._config.client_audience(FRONTEND), session.granted_audience)
        if hint is not None:
            raise RestError(401, f"invalid_request: {hint}")
        return self._renew(session)

    def close(self, key: str) -> None:
        """End a session."""
        if self._state.sessions.pop(hashed(key), None) is not None:
            self._state.save()

    def _renew(self, session: Session) -> dict[str, Any]:
        now = time.time()
        life = self._config.lifetime(ACCESS_TOKEN_LIFE)
        access_token = secrets.token_urlsafe(32)
        session.access_token, session.access_expires = hashed(access_token), now + life
        session.refresh_expires = now + self._config.lifetime(REFRESH_TOKEN_LIFE)
        self._state.save()
        return {
            "JWT": access_token,
            "ExpireTime": int(life),
            "Token": {
                "AccessToken": access_token,
                "IDToken": self._id_token(self._state.users[session.login], now, life),
                "ExpiresAt": str(int(session.access_expires)),
            },
        }

    def _id_token(self, user: User, now: float, life: float) -> str:
        claims = {
            "iss": f"{self._external}/oidc",
            "aud": [FRONTEND],
            "sub": user.uuid,
            "name": user.login,
            "iat": int(now),
            "exp": int(now + life),
        }
        secret = str(self._config.oauth.get("secret") or "standin-without-a-secret-in-its-configuration")
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret.ljust(32, "0")))
