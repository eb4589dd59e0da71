# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles as the REST interface shows them."""

from __future__ import annotations

import time
import uuid
from typing import Any

from standin.state import State

ADMIN_ROLE = "ADMINS"
BUILT_IN: dict[str, dict[str, Any]] = {
    "ROOT_GROUP": {"label": "Root Group", "GroupRole": True, "AutoApplies": [""]},
    ADMIN_ROLE: {"label": "Administrators", "AutoApplies": ["admin"]},
}
"""The roles of a new installation that a user can have."""


def known_role(state: State, role: str) -> dict[str, Any]:
    """Return a role of an id as it is shown; one that nobody made has its id for a label."""
    if role in BUILT_IN:
        return role_json(role, **BUILT_IN[role])
    return role_json(role, state.roles[role].label if role in state.roles else role)


def role_json(role: str, label: str, **flags: Any) -> dict[str, Any]:
    """Return a role as the interface shows it. flags: the fields that only some roles have."""
    shown = {"Uuid": role, "Label": label, **flags, "LastUpdated": int(time.time())}
    return shown | {"Policies": policies(role, ("READ", "*"), ("WRITE", "profile:admin"))}


def group_uuid(group: str) -> str:
    """Return the id of a group, which is that of its role too."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"standin:{group}"))


def policies(resource: str, *rights: tuple[str, str]) -> list[dict[str, str]]:
    """Return who may do what with a user or a role. rights: action and subject."""
    return [
        {"id": str(number), "Resource": resource, "Action": action, "Subject": subject, "Effect": "allow"}
        for number, (action, subject) in enumerate(rights, 1)
    ]
