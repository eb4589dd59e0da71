# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, personal access tokens, sessions and roles. They survive a restart, in a file in the working directory."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

FILE = "standin-state.json"
LOCAL = "pydio"
"""The connector of users with a password here."""
KINDS = ("users", "tokens", "sessions", "roles", "rights")


@dataclass
class User:
    """A user; roles are ids, in the order in which they were given."""

    login: str
    connector: str = LOCAL
    subject: str = ""
    name: str = ""
    email: str = ""
    group: str = ""
    roles: list[str] = field(default_factory=list)
    admin: bool = False
    failed_logins: int = 0
    password: str = field(default="", repr=False)
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def profile(self) -> str:
        """The profile, on which the rights in the REST API depend."""
        return "admin" if self.admin else "standard"


@dataclass
class Token:
    """A personal access token; times in seconds since 1970, auto: seconds by which each use prolongs it."""

    login: str
    expires: float | None = None
    auto: float | None = None


@dataclass
class Session:
    """The grant of one login, with the hashes of its tokens; times in seconds since 1970.

    used: the refresh tokens that were exchanged for the next one. ended: after a logout.
    """

    login: str
    connector: str
    granted_audience: list[str]
    access_token: str = ""
    access_expires: float = 0
    refresh_token: str = ""
    refresh_expires: float = 0
    used: list[str] = field(default_factory=list)
    ended: bool = False


@dataclass
class Role:
    """A role that somebody created. The console shows the label; fields are all others."""

    id: str
    label: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass
class Right:
    """The rights of a role for a workspace or a node (an ACL, by its id)."""

    id: str
    role: str
    action: dict[str, str]
    workspace: str = ""
    node: str = ""


class State:
    """Everything that is kept. Tokens are kept as hashes; the file is for this user only."""

    def __init__(self, folder: Path) -> None:
        """Read the file if it exists."""
        self._path = folder / FILE
        self.users: dict[str, User] = {}
        self.tokens: dict[str, Token] = {}
        self.sessions: dict[str, Session] = {}
        self.roles: dict[str, Role] = {}
        self.rights: dict[str, Right] = {}
        self.cookie_key = secrets.token_hex(32)
        self._signing_key: dict[str, Any] | None = None
        if self._path.exists():
            kept = json.loads(self._path.read_text("utf-8"))
            self.users = {key: User(**value) for key, value in kept["users"].items()}
            self.tokens = {key: Token(**value) for key, value in kept["tokens"].items()}
            self.sessions = {key: Session(**value) for key, value in kept["sessions"].items()}
            self.roles = {key: Role(**value) for key, value in kept["roles"].items()}
            self.rights = {key: Right(**value) for key, value in kept["rights"].items()}
            self.cookie_key, self._signing_key = kept["cookie_key"], kept["signing_key"]

    def save(self) -> None:
        """Write everything, to a new file that takes the old one's place."""
        kept: dict[str, Any] = {
            name: {key: asdict(value) for key, value in getattr(self, name).items()} for name in KINDS
        }
        kept |= {"cookie_key": self.cookie_key, "signing_key": self._signing_key}
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            json.dump(kept, stream, indent=2)
        fresh.replace(self._path)

    def signing_key(self) -> RSAKey:
        """Return the key that signs ID tokens, made at its first use."""
        if self._signing_key is None:
            key = RSAKey.generate_key(2048, {"kid": f"public:{uuid.uuid4()}"}, private=True)
            self._signing_key = dict(key.as_dict(private=True))
            self.save()
        kept: RSAKey = RSAKey.import_key(self._signing_key)
        return kept

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
        if secrets.compare_digest(_password_hash(password, salt), kept):
            return user
        user.failed_logins += 1
        return None

    def make_token(self, login: str, expire: float | None, auto: float | None) -> str:
        """Return a new personal access token of a user; expire and auto in seconds."""
        token = secrets.token_urlsafe(40)
        life = auto if expire is None else expire
        self.tokens[hashed(token)] = Token(login, None if life is None else time.time() + life, auto)
        self.save()
        return token

    def bearer(self, token: str) -> User | None:
        """Return whose personal or session's access token this is, None if it is unknown or has expired."""
        key, now = hashed(token), time.time()
        personal = self.tokens.get(key)
        if personal is not None and (personal.expires is None or personal.expires > now):
            if personal.auto is not None:
                personal.expires = now + personal.auto
            return self.users.get(personal.login)
        for session in self.sessions.values():
            if session.access_token == key and session.access_expires > now and not session.ended:
                return self.users.get(session.login)
        return None


def hashed(token: str) -> str:
    """Return the stored form of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _password_hash(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
