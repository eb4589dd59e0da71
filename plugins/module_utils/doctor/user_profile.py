# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds data of a user that the realm's user profile refuses. Keycloak asks for it at the login (VERIFY_PROFILE)."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


def unfit(profile: State, user: State, scopes: Collection[str]) -> list[str]:
    """Return the attributes that the realm's user profile does not take as the user has them, in words.

    scopes: the client scopes of the login. Values that come from LDAP are not checked, as in Keycloak 26.7.3.
    """
    values = {**(user.get("attributes") or {}), **user}
    entries = profile.get("attributes") or []
    missing = [e["name"] for e in entries if _is_required(e.get("required"), scopes) and not values.get(e["name"])]
    own = [] if user.get("federationLink") else entries
    wrong = [e["name"] for e in own if values.get(e["name"]) and not _fits(e, values[e["name"]])]
    return [f"the missing {name}" for name in missing] + [f"a valid {name}" for name in wrong]


def _is_required(required: State | None, scopes: Collection[str]) -> bool:
    """Return whether a user has to give an attribute; required: of the user profile, {} for everybody and always."""
    if required is None:
        return False
    roles, only = required.get("roles") or [], required.get("scopes") or []
    return "user" in roles or bool({*only} & {*scopes}) or not (roles or only)


def _fits(entry: State, value: Any) -> bool:
    """Return whether a value, or each of them, keeps to length and pattern that the user profile has for it."""
    checks = entry.get("validations") or {}
    length, pattern = checks.get("length") or {}, (checks.get("pattern") or {}).get("pattern")
    texts = [str(text) for text in (value if isinstance(value, list) else [value])]
    shortest, longest = int(length.get("min") or 0), int(length.get("max") or sys.maxsize)
    return all(shortest <= len(text) <= longest and _matches(pattern, text) for text in texts)


def _matches(pattern: str | None, text: str) -> bool:
    """Return whether a text matches a pattern. Patterns that only Java supports count as a match."""
    try:
        return pattern is None or re.fullmatch(pattern, text) is not None
    except re.error:
        return True
