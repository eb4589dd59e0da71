# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decodes JSON Web Tokens (RFC 7519) without verifying their signatures."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any

UNKNOWN_LIFE = 60
"""Seconds assumed for a token that does not tell its life: that of the realm master's admin tokens."""


def json_of(part: str) -> dict[str, Any]:
    """Return the JSON object in one part of a token, base64url without padding; {} if there is none."""
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def claims_of(token: str) -> dict[str, Any]:
    """Return a token's claims, {} if it is no JWT."""
    parts = token.split(".")
    return json_of(parts[1]) if len(parts) > 1 else {}


def life_of(token: str) -> int:
    """Return the seconds for which a token may be used without a thought, by this machine's clock.

    Clocks differ: a life longer than the token's whole life is cut to that, and one that is over counts as whole,
    since the server's answer 401 is the last word.
    """
    claims = claims_of(token)
    try:
        whole = int(claims["exp"]) - int(claims["iat"])
        rest = int(claims["exp"] - time.time())
    except (KeyError, TypeError, ValueError):
        return UNKNOWN_LIFE
    return rest if 0 < rest <= whole else whole


def ends_within(token: str, seconds: float) -> bool:
    """Return whether a token expires within so many seconds, or has expired, by this machine's clock."""
    expires = claims_of(token).get("exp")
    return isinstance(expires, (int, float)) and expires - time.time() < seconds
