# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles a login gives: the connector's rules applied to the claims, by the collection's own function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from standin.collection import predicted_roles
from standin.roles import BUILT_IN
from standin.stand_in import StandIn
from standin.state import Role

REGEX = "preg:"


def roles_of_login(site: StandIn, claims: dict[str, Any], rules: Sequence[dict[str, Any]], old: list[str]) -> list[str]:
    """Return the ids of the roles of a user after a login. old: those before. Raises SsoError."""
    for_roles = [rule for rule in rules if rule.get("RightAttribute") == "Roles"]
    missing = all(claims.get(str(rule.get("LeftAttribute"))) is None for rule in for_roles)
    if missing and site.assumed["missing_claim"] == "keeps":
        return old
    read = [_read(rule, site.assumed["rule_string"]) for rule in rules]
    roles = predicted_roles(claims, read, dn_to_name=site.assumed["dn_to_name"] == "yes")
    if site.assumed["missing_roles"] == "ignored":
        return [role for role in roles if role in site.state.roles or role in BUILT_IN]
    for role in roles:
        if role not in BUILT_IN:
            site.state.roles.setdefault(role, Role(role, role))
    return roles


def _read(rule: dict[str, Any], reading: str) -> dict[str, Any]:
    """Return a rule as this Cells reads it: a rule string without preg: may be a regular expression nevertheless."""
    text = str(rule.get("RuleString") or "")
    return {**rule, "RuleString": REGEX + text} if reading == "regex" and text and not text.startswith(REGEX) else rule
