# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cookie of the web interface. It holds the session itself, signed: the server keeps nothing of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from standin.settings import Settings
from standin.state import State

NAME = "pydio"
PATH = "/a/frontend"
LIFE = 3600


class Cookies:
    """Reads and sets the cookie of a site."""

    def __init__(self, settings: Settings, state: State) -> None:
        """Take settings and state."""
        self._key = state.cookie_key.encode()
        self._domain = urlsplit(settings.external).hostname or ""
        self._secure = settings.external.startswith("https://")

    def values(self, request: Request) -> dict[str, str]:
        """Return the content of a request's cookie; nothing if there is none or it is not ours."""
        payload, _dot, signature = request.cookies.get(NAME, "").partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            return {}
        found: dict[str, str] = json.loads(base64.urlsafe_b64decode(payload + "=="))
        del found["salt"]
        return found

    def set(self, answer: Response, values: dict[str, str], life: int | None = LIFE) -> None:
        """Add the cookie with values to an answer. life: seconds, None for a cookie that ends with the browser."""
        text = json.dumps({**values, "salt": secrets.token_hex(8)})
        payload = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        answer.set_cookie(
            NAME,
            f"{payload}.{self._signature(payload)}",
            max_age=life,
            expires=life,
            path=PATH,
            domain=self._domain,
            secure=self._secure,
            httponly=True,
            samesite=None,
        )

    def _signature(self, payload: str) -> str:
        return hmac.new(self._key, payload.encode(), hashlib.sha256).hexdigest()
