# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that modules show to a user: each is one line that says what was asked, what came back and what to do."""

from __future__ import annotations

from typing import Any


class SsoError(Exception):
    """An error that the user sees; its str() is one line."""


class InvalidInput(SsoError, ValueError):
    """An option, a file or a combination of options that cannot be used as given."""


class MissingLibrary(SsoError):
    """A Python library that the task needs is not installed where the module runs."""

    def __init__(self, library: str, purpose: str) -> None:
        """Take the library's name on PyPI and what it is needed for."""
        super().__init__(f"The Python library {library} is needed {purpose}: pip install {library}")


class Unreachable(SsoError):
    """No answer came: connection refused, name not resolved, TLS not trusted, time-out."""

    def __init__(self, method: str, url: str, reason: str, hint: str = "") -> None:
        """Take the request's method and URL, the reason in words, and what to do about it."""
        super().__init__(one_line(f"{method} {url}: {reason}", hint))
        self.url = url
        self.reason = reason


class ServerError(SsoError):
    """The server answered, and refused."""

    def __init__(self, method: str, url: str, status: int, words: str, hint: str = "") -> None:
        """Take the request's method and URL, the HTTP status, the server's own words, and what to do about it."""
        super().__init__(one_line(f"{method} {url}: HTTP {status}" + (f", {words}" if words else ""), hint))
        self.url = url
        self.status = status
        self.words = words


class NotAuthorized(ServerError):
    """HTTP 401 or 403: the token is not accepted, or its account lacks a right."""


class TokenRefused(NotAuthorized):
    """HTTP 401 for the token itself: it has expired, or was never one of this server."""


class WrongEdition(ServerError):
    """The server is Cells Home, and the call needs Cells Enterprise."""


class NotFound(ServerError):
    """HTTP 404."""


class Conflict(ServerError):
    """HTTP 409: an object of that name is already there."""


class LoginFailed(ServerError):
    """The credentials were refused. It is not tried again, so that no account is locked."""


class Ambiguous(SsoError):
    """Two objects bear the name that was asked for."""

    def __init__(self, what: str, ids: list[str]) -> None:
        """Take the object in words and the ids of all that bear its name."""
        super().__init__(
            f"There are {len(ids)} of {what}, with the ids {', '.join(sorted(ids))}. Remove or rename one."
        )


class Unmet(SsoError):
    """An expectation is not met; values are the module's return values anyway."""

    def __init__(self, message: str, values: dict[str, Any]) -> None:
        """Take the line and the return values."""
        super().__init__(message)
        self.values = values


class NotKept(SsoError):
    """The server took a write but shows something else when it is read again."""


def one_line(text: str, hint: str = "") -> str:
    """Return text and hint as one line: a sentence end between them, all white space folded."""
    folded = " ".join(text.split())
    if not hint:
        return folded
    return f"{folded}{'' if folded.endswith(('.', '!', '?')) else '.'} {' '.join(hint.split())}"
