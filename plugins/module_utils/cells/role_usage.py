# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who uses a role of Cells: only a role that nobody uses may be removed, since its users and rights go with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import RULES, list_connectors
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import ROLES, is_regex, split_rule
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.errors import ServerError, WrongEdition
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

NAMED = 3
"""How many of many users are named."""


def users_of_role(session: CellsSession, role: State, apart_from: Collection[str]) -> list[str]:
    """Return who uses a role, in words: users, rights, profiles, and connectors that name it in a mapping rule.

    apart_from: ids of connectors that do not count. Raises SsoError.
    """
    return [
        *_users(session, role["Uuid"]),
        *_rights(session, role["Uuid"]),
        *(f"the profile {profile}" for profile in role.get("AutoApplies") or [] if profile),
        *(f"the connector {name}" for name in _connectors(session, role["Uuid"]) if name not in apart_from),
    ]


def _users(session: CellsSession, role_id: str) -> list[str]:
    answer = _found(session, "user", {"Queries": [{"HasRole": role_id}], "Limit": str(NAMED)})
    holders = [*(answer.get("Users") or []), *(answer.get("Groups") or [])]
    total = int(answer.get("Total") or len(holders))
    names = ", ".join(str(holder.get("Login") or holder.get("GroupLabel")) for holder in holders)
    if not total:
        return []
    return [f"{total} user{'s' if total > 1 else ''} ({names}{', …' if total > len(holders) else ''})"]


def _rights(session: CellsSession, role_id: str) -> list[str]:
    rights = _found(session, "acl", {"Queries": [{"RoleIDs": [role_id]}]}).get("ACLs") or []
    count = len([right for right in rights if right.get("RoleID") == role_id])
    return [f"{count} right{'s' if count > 1 else ''} that it gives"] if count else []


def _connectors(session: CellsSession, role_id: str) -> list[str]:
    """Return the ids of the connectors with a rule that is a list of values and has the role's id in it."""
    try:
        connectors = list_connectors(session)
    except WrongEdition:
        return []
    return [
        str(connector.get("id"))
        for connector in connectors
        if any(_names(rule, role_id) for rule in connector[RULES] if rule.get("RightAttribute") == ROLES)
    ]


def _names(rule: State, role_id: str) -> bool:
    text = str(rule.get("RuleString") or "")
    return not is_regex(text) and role_id in split_rule(text)


def _found(session: CellsSession, kind: str, query: dict[str, Any]) -> dict[str, Any]:
    answer = session.search(kind, body=query)
    if not isinstance(answer, dict):
        raise ServerError("POST", f"{session.url}/a/{kind}", 200, "no result of a search in the answer")
    return answer
