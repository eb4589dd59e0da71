# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles as the REST API shows them."""

from __future__ import annotations

import time
import uuid
from typing import Any

from standin.state import State

ADMIN_ROLE = "ADMINS"
BUILT_IN: dict[str, dict[str, Any]] = {
    "ROOT_GROUP": {"label": "Root Group", "GroupRole": True},
    ADMIN_ROLE: {"label": "Administrators", "AutoApplies": ["admin"]},
    "EXTERNAL_USERS": {"label": "External Users", "AutoApplies": ["shared"]},
    "MINISITE": {"label": "Minisite Permissions"},
    "MINISITE_NODOWNLOAD": {"label": "Minisite (Download Disabled)"},
}
"""The roles of a new installation (idm/role/grpc/first-run.go)."""

NOT_KEPT = {"Uuid", "Label", "PoliciesContextEditable"}
"""Keys that a PUT may contain although they are not fields of a role."""


def known_role(state: State, role: str) -> dict[str, Any]:
    """Return a role of an id as it is shown; one that nobody made has its id for a label."""
    if role in BUILT_IN:
        return role_json(role, **BUILT_IN[role])
    if role not in state.roles:
        return role_json(role, role)
    made = state.roles[role]
    return role_json(role, made.label, **{"Policies": made_policies(role), **made.fields})


def all_roles(state: State) -> list[dict[str, Any]]:
    """Return every role: the built-in ones, those that were made, and those of each user and group."""
    own = [role_json(user.uuid, f"User {user.login}", UserRole=True) for user in state.users.values()]
    groups = sorted({user.group for user in state.users.values() if user.group})
    own += [role_json(group_uuid(group), group, GroupRole=True) for group in groups]
    return [*(known_role(state, role) for role in (*BUILT_IN, *state.roles)), *own]


def role_json(role: str, label: str, **fields: Any) -> dict[str, Any]:
    """Return a role as the interface shows it: false is left out, no profile is an empty text (as measured).

    fields: the differences from a role that only has an id and a label.
    """
    shown = {"LastUpdated": int(time.time()), "AutoApplies": [""], "Policies": _built_in_policies(role), **fields}
    order = ("IsTeam", "GroupRole", "UserRole", "LastUpdated", "AutoApplies", "Policies", "ForceOverride")
    return {"Uuid": role, "Label": label, **{key: shown[key] for key in order if shown.get(key)}}


def made_policies(role: str) -> list[dict[str, str]]:
    """Return the policies of a role that was made without any (idm/role/grpc/handler.go)."""
    return policies(role, ("READ", "profile:standard"), ("WRITE", "profile:admin"))


def _built_in_policies(role: str) -> list[dict[str, str]]:
    return policies(role, ("READ", "*"), ("WRITE", "profile:admin"))


def group_uuid(group: str) -> str:
    """Return the id of a group, which is that of its role too."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"standin:{group}"))


def policies(resource: str, *rights: tuple[str, str]) -> list[dict[str, str]]:
    """Return the policies of a user or a role. rights: action and subject."""
    return [
        {"id": str(number), "Resource": resource, "Action": action, "Subject": subject, "Effect": "allow"}
        for number, (action, subject) in enumerate(rights, 1)
    ]
