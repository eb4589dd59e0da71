# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the server keeps beside pydio.json, as the real one has in its database: users, tokens and sessions."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "standin-state.json"
LOCAL = "pydio"
"""The connector of users with a password here."""


@dataclass
class User:
    """A user; roles are names, in the order in which they were given."""

    login: str
    connector: str = LOCAL
    subject: str = ""
    name: str = ""
    email: str = ""
    roles: list[str] = field(default_factory=list)
    admin: bool = False
    password: str = field(default="", repr=False)
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Token:
    """A personal access token; times in seconds since 1970, auto: seconds by which each use prolongs it."""

    login: str
    expires: float | None = None
    auto: float | None = None


@dataclass
class Session:
    """A session of the web interface, with the hash of its access token; times in seconds since 1970."""

    login: str
    connector: str
    granted_audience: list[str]
    access_token: str = ""
    access_expires: float = 0
    refresh_expires: float = 0


class State:
    """Users, personal access tokens and sessions. Tokens are kept as hashes; the file is for this user only."""

    def __init__(self, folder: Path) -> None:
        """Read what there is."""
        self._path = folder / FILE
        self.users: dict[str, User] = {}
        self.tokens: dict[str, Token] = {}
        self.sessions: dict[str, Session] = {}
        if self._path.exists():
            kept = json.loads(self._path.read_text("utf-8"))
            self.users = {key: User(**value) for key, value in kept["users"].items()}
            self.tokens = {key: Token(**value) for key, value in kept["tokens"].items()}
            self.sessions = {key: Session(**value) for key, value in kept["sessions"].items()}

    def save(self) -> None:
        """Write everything, to a new file that takes the old one's place."""
        kept = {
            name: {key: asdict(value) for key, value in getattr(self, name).items()}
            for name in ("users", "tokens", "sessions")
        }
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            json.dump(kept, stream, indent=2)
        fresh.replace(self._path)

    def set_password(self, user: User, password: str) -> None:
        """Keep a password's hash with a user."""
        salt = secrets.token_hex(16)
        user.password = f"{salt}:{_password_hash(password, salt)}"

    def check_password(self, login: str, password: str) -> User | None:
        """Return the user whose login and password these are, else None."""
        user = self.users.get(login)
        if user is None or not user.password:
            return None
        salt, _colon, kept = user.password.partition(":")
        return user if secrets.compare_digest(_password_hash(password, salt), kept) else None

    def make_token(self, login: str, expire: float | None, auto: float | None) -> str:
        """Return a new personal access token of a user; expire and auto in seconds."""
        token = secrets.token_urlsafe(40)
        life = auto if expire is None else expire
        self.tokens[hashed(token)] = Token(login, None if life is None else time.time() + life, auto)
        self.save()
        return token

    def bearer(self, token: str) -> User | None:
        """Return whose personal or session's access token this is, None where it is unknown or has expired."""
        key, now = hashed(token), time.time()
        personal = self.tokens.get(key)
        if personal is not None and (personal.expires is None or personal.expires > now):
            if personal.auto is not None:
                personal.expires = now + personal.auto
            return self.users.get(personal.login)
        for session in self.sessions.values():
            if session.access_token == key and session.access_expires > now:
                return self.users.get(session.login)
        return None


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _password_hash(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
