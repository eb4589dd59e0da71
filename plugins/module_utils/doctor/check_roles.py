# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the roles that groups give exist in Cells, and do groups give the roles that exist there (row M1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.cellsops.sso.plugins.module_utils.cells.group_roles import DeclaredRoles
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import predicted_roles
from ansible_collections.cellsops.sso.plugins.module_utils.cells.roles import BUILT_IN
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import CellsReadings, Reading, why
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

IDS = ("mapping.role_missing", "mapping.role_unused")
FEW = 5
"""How many names a finding shows."""


class OfUser(NamedTuple):
    """The roles of the named user."""

    follow: Sequence[str]
    """Those that follow from the claims."""
    had: Sequence[str] | None
    """Those that the user had after a login, None if there was none."""


def roles_of_login(options: Mapping[str, Any], claims: State | None) -> list[str] | None:
    """Return the roles of the session check's login, None if there was none, or not one of the user with these claims.

    options: those of doctor_info.
    """
    login, known = options["session"].get("login") or {}, claims or {}
    names = [options["username"], known.get("email"), known.get("preferred_username")]
    roles: list[str] | None = login.get("roles") if login.get("username") in names else None
    return roles


def check_roles(
    cells: CellsReadings, groups: Reading, of_user: OfUser, connector: State | None, options: Mapping[str, Any]
) -> list[Finding]:
    """Return the findings mapping.role_missing and mapping.role_unused.

    cells: readings of read_cells. groups: all groups of the claim's source (list of str), None if they are not known.
    connector: None if there is none. options: those of doctor_info.
    """
    reading = cells.roles
    if connector is None or reading.value is None:
        reason = why(reading) if reading.error else "There is no connector, or Cells was not reached."
        return skipped(reason, *IDS)
    labels = {str(role["Uuid"]): str(role.get("Label") or "") for role in reading.value}
    rules, claim = connector.get("mappingRules") or [], options["groups_attribute"]
    declared = DeclaredRoles(options["roles"], rules, claim)
    return [
        _check_missing(labels, declared, of_user),
        _check_unused(labels, declared, groups, of_user, rules, claim),
    ]


def _check_missing(labels: Mapping[str, str], declared: DeclaredRoles, of_user: OfUser) -> Finding:
    finding_id = "mapping.role_missing"
    wrong = [f"{role.label} ({role.role_id}) for {role.group}" for role in declared.roles if role.role_id not in labels]
    renamed = [
        f"{role.role_id} is labelled {labels[role.role_id]!r}, not {role.label!r}"
        for role in declared.roles
        if labels.get(role.role_id, role.label) != role.label
    ]
    seen = [*declared.problems, *renamed, *([f"Cells lacks the declared roles {_named(wrong)}"] if wrong else [])]
    if seen:
        todo = "Run the role setup with the tag mapping, or take the group from sso_roles."
        return Finding(finding_id, WARNING, f"{'. '.join(text.rstrip('.') for text in seen)}.", todo)
    lacking = [role for role in dict.fromkeys(of_user.follow) if role not in labels]
    if not lacking:
        return Finding(finding_id, OK, "Cells has every declared role, and every role that the user would get.")
    if of_user.had is not None and not {*lacking} & {*of_user.had}:
        seen_of_user = f"Cells lacks the roles {_named(lacking)}, and a login did not create them."
        return Finding(finding_id, WARNING, seen_of_user, "Create them: name their groups in sso_roles.")
    return Finding(finding_id, OK, f"Cells lacks the roles {_named(lacking)} so far.").resting_on("missing_roles")


def _check_unused(
    labels: Mapping[str, str],
    declared: DeclaredRoles,
    groups: Reading,
    of_user: OfUser,
    rules: Sequence[State],
    claim: str,
) -> Finding:
    finding_id = "mapping.role_unused"
    # A group gives the user's own roles, whether Keycloak can list it or not.
    own = [role for role in labels if role not in BUILT_IN and role not in of_user.follow]
    if not own and not declared.roles:
        return Finding(finding_id, OK, "Apart from its own roles, Cells only has roles that the user would get.")
    if groups.value is None:
        no_list = "Keycloak cannot list the values of a user attribute, so it is not known which groups exist."
        return Finding(finding_id, NOT_CHECKED, why(groups) if groups.error else no_list)
    unknown = [role.group for role in declared.roles if role.group not in groups.value]
    if unknown:
        todo = "Correct the names in sso_roles, or create the groups in Keycloak."
        return Finding(finding_id, WARNING, f"sso_roles names {_named(unknown)}, which Keycloak does not have.", todo)
    try:
        given = {*predicted_roles({claim: groups.value}, rules, certain=True)}
    except SsoError as error:
        return Finding(finding_id, NOT_CHECKED, str(error))
    alone = [f"{labels[role]} ({role})" for role in own if role not in given]
    if not alone:
        return Finding(finding_id, OK, "Apart from Cells' own roles, every role in Cells comes from a group.")
    return Finding(finding_id, OK, f"No group gives {_named(alone)}. Only an administrator of Cells can assign them.")


def _named(names: Iterable[str]) -> str:
    """Return some of the names, and how many others there are."""
    shown = [*names]
    more = len(shown) - FEW
    return ", ".join(shown[:FEW]) + (f" and {more} more" if more > 0 else "")
