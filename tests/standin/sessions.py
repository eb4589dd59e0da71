# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions as Cells' own OpenID Connect provider grants them: codes, access and refresh tokens, ID tokens."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass, field

from joserfc import jwt

from standin.assumptions import Assumed
from standin.collection import audience_match
from standin.config_memory import ACCESS_TOKEN_LIFE, REFRESH_TOKEN_LIFE, BrokenClients, ConfigMemory
from standin.defaults import FRONTEND
from standin.state import Session, State, User, hashed

CODE_LIFE = 600
"""Seconds within which a code must be exchanged (authCodeLifespan)."""


class Refused(Exception):
    """A code or a token that is not accepted; str() is the provider's error, such as invalid_grant."""


@dataclass(frozen=True)
class Tokens:
    """The session data of the web interface; expires_at in seconds since 1970."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str = field(repr=False)
    expires_at: int


class Sessions:
    """Opens and refreshes sessions. Every one belongs to the static client cells-frontend, whatever the connector."""

    def __init__(self, config: ConfigMemory, state: State, external: str, assumed: Assumed) -> None:
        """Take configuration, state, the site's external URL and what is assumed."""
        self._config = config
        self._state = state
        self._external = external
        self._assumed = assumed
        self._codes: dict[str, tuple[str, float]] = {}

    def open(self, user: User, connector: str, granted_audience: list[str]) -> str:
        """Return the id of a new session. Raises BrokenClients."""
        # Cells asks for its own client at every login, and a list that it cannot read fails that.
        self._config.client_audience(FRONTEND)
        session_id = str(uuid.uuid4())
        self._state.sessions[session_id] = Session(user.login, connector, granted_audience)
        return session_id

    def new_code(self, user: User, connector: str, granted_audience: list[str]) -> str:
        """Return a code that opens a session of the user. Raises BrokenClients."""
        code = _opaque()
        self._codes[hashed(code)] = (self.open(user, connector, granted_audience), time.time() + CODE_LIFE)
        return code

    def exchange(self, code: str) -> Tokens:
        """Return the tokens for a code, once. Raises Refused."""
        session_id, expires = self._codes.pop(hashed(code), ("", 0.0))
        if expires <= time.time():
            raise Refused("invalid_grant")
        return self.renew(self._state.sessions[session_id])

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens for a refresh token, once.

        Raises Refused: invalid_grant after a logout, token_inactive if the token was used, invalid_request for the
        audience. Using a token twice ends all tokens of its session (RFC 6819, 5.2.2.3, as ory/fosite does).
        """
        key = hashed(refresh_token)
        session = next(
            (each for each in self._state.sessions.values() if key in {each.refresh_token, *each.used}), None
        )
        if session is None or session.ended:
            raise Refused("invalid_grant")
        if key in session.used or session.refresh_expires <= time.time():
            session.used.append(session.refresh_token)
            session.access_expires = 0
            self._state.save()
            raise Refused("token_inactive")
        try:
            listed = self._config.client_audience(FRONTEND)
        except BrokenClients as error:
            raise Refused(str(error)) from error
        if audience_match(listed, session.granted_audience) is not None:
            raise Refused("invalid_request")
        session.used.append(key)
        return self.renew(session)

    def end(self, refresh_token: str) -> None:
        """End the session of a refresh token, as a logout does."""
        for session in self._state.sessions.values():
            if hashed(refresh_token) in {session.refresh_token, *session.used}:
                session.ended = True
                self._state.save()

    def renew(self, session: Session | str) -> Tokens:
        """Return the next tokens of a session, or of the session of an id."""
        if isinstance(session, str):
            session = self._state.sessions[session]
        now = time.time()
        life = self._config.lifetime(ACCESS_TOKEN_LIFE)
        access_token, refresh_token = _opaque(), _opaque()
        session.access_token, session.access_expires = hashed(access_token), now + life
        session.refresh_token = hashed(refresh_token)
        session.refresh_expires = now + self._config.lifetime(REFRESH_TOKEN_LIFE)
        self._state.save()
        id_token = self._id_token(self._state.users[session.login], now, life)
        return Tokens(access_token, refresh_token, id_token, int(session.access_expires))

    def audience_of_sso(self) -> list[str]:
        """Return the audience that a login by SSO is granted."""
        return [] if self._assumed["sso_audience"] == "none" else [self._external]

    def _id_token(self, user: User, now: float, life: float) -> str:
        key = self._state.signing_key()
        claims = {
            "iss": f"{self._external}/oidc/",
            "aud": [FRONTEND],
            "sub": user.uuid,
            "name": user.login,
            "authSource": user.connector,
            "profile": user.profile,
            "iat": int(now),
            "auth_time": int(now),
            "exp": int(now + life),
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def _opaque() -> str:
    """Return a token of 87 characters: two parts of 43 and a dot."""
    return f"{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(32)}"
