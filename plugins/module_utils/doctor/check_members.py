# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For a group: who is in it, who has its role in Cells, and who has not yet (row M1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import predicted_roles
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    OK,
    WARNING,
    Finding,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import oidc
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import (
    NOT_READ,
    CellsReadings,
    KeycloakReadings,
    Reading,
    take,
    why,
)
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

FINDING = "mapping.group"
NAMED = 5
"""How many members a finding names."""


def login_in_cells(user: State, connector: State | None, options: Mapping[str, Any]) -> str:
    """Return the login in Cells of a user of Keycloak: the e-mail address, if Cells does not take user names.

    options: connector_id and cells_config of doctor_info.
    """
    listed = options["cells_config"].get("username_as_login") or []
    by_name = oidc(connector).get("userNameKey") == "preferred_username" and options["connector_id"] in listed
    return str(user.get("username" if by_name else "email") or "")


def group_chain(
    keycloak: KeycloakReadings, cells: CellsReadings, connector: State | None, options: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return {group, roles, members: [{username, login, in_cells, has_role}], complete}, None if no group is known.

    keycloak: members, of read_members. cells: accounts, the users of Cells with the members' logins. in_cells and
    has_role are None if Cells did not tell.
    """
    members = keycloak.members.value
    if members is None:
        return None
    roles = _roles(connector, options).value or []
    accounts = cells.accounts.value
    known = {str(account.get("Login")).lower(): account for account in accounts or []}
    return {
        "group": options["group"],
        "roles": roles,
        "members": [
            _member(user, login_in_cells(user, connector, options), None if accounts is None else known, roles)
            for user in members.users
        ],
        "complete": members.complete,
    }


def _member(user: State, login: str, known: Mapping[str, State] | None, roles: Sequence[str]) -> dict[str, Any]:
    member: dict[str, Any] = {"username": user.get("username"), "login": login, "in_cells": None, "has_role": None}
    if known is None:
        return member
    account = known.get(login.lower())
    has = {str(role.get("Uuid")) for role in (account or {}).get("Roles") or []}
    return {**member, "in_cells": account is not None, "has_role": bool(roles) and has >= {*roles}}


def _roles(connector: State | None, options: Mapping[str, Any]) -> Reading:
    """Return the ids of the roles that the group gives."""
    rules, claim = (connector or {}).get("mappingRules") or [], options["groups_attribute"]
    return take(lambda: list(dict.fromkeys(predicted_roles({claim: [options["group"]]}, rules, certain=True))))


def check_members(
    keycloak: KeycloakReadings, cells: CellsReadings, connector: State | None, options: Mapping[str, Any]
) -> Finding:
    """Return the finding mapping.group: the arguments are those of group_chain."""
    if not options["group"]:
        return Finding(FINDING, OK, "No group is named.")
    reason = _cannot(keycloak, cells, connector, options)
    if reason:
        return skipped(reason, FINDING)[0]
    group = options["group"]
    chain = group_chain(keycloak, cells, connector, options)
    if chain is None:
        todo = "Give the group as it is in the claim: a name, a path, or a distinguished name."
        return Finding(FINDING, WARNING, f"Keycloak has no group {group}.", todo)
    members = f"Members of the group {group}: {len(chain['members'])}{'' if chain['complete'] else ' or more'}."
    if not chain["roles"]:
        seen = f"{members} No mapping rule lets the group through, so it gives no role in Cells."
        return Finding(
            FINDING, WARNING, seen, ("Check that the list or the regular expression of the rule matches the group.")
        )
    return Finding(FINDING, OK, f"{members} {_told(chain['members'], chain['roles'])}")


def _cannot(
    keycloak: KeycloakReadings, cells: CellsReadings, connector: State | None, options: Mapping[str, Any]
) -> str:
    """Return why nothing can be said of the group, empty if something can."""
    if keycloak.members is NOT_READ:
        return "Keycloak was not reached, or it refused the credentials."
    if connector is None:
        return "The connector is not known."
    roles = _roles(connector, options)
    if roles.error:
        return str(roles.error)
    unread = [each for each in (keycloak.members, cells.accounts) if each.error]
    return why(unread[0]) if unread else ""


def _told(members: Sequence[Mapping[str, Any]], roles: Sequence[str]) -> str:
    """Say who has the roles in Cells, and who has not yet."""
    have = [member for member in members if member["has_role"]]
    strangers = [str(member["username"]) for member in members if not member["in_cells"]]
    waiting = [str(member["username"]) for member in members if member["in_cells"] and not member["has_role"]]
    told = [f"With the role {', '.join(roles)} in Cells: {len(have)}."]
    told += [f"No login to Cells so far: {_named(strangers)}."] if strangers else []
    told += [f"The role comes with the next login: {_named(waiting)}."] if waiting else []
    return " ".join(told)


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
