# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The claims that Cells reads of a user, and whether the groups are among them (rows T1, D2, C8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_groups import all_values
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import BROKEN, OK, WARNING, Finding, skipped
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import oidc
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


def claims_for_cells(keycloak: KeycloakReadings, connector: State | None) -> State | None:
    """Return the claims that Cells reads: those of the ID token, overridden by those of userinfo if Cells requests it.

    None if Keycloak did not show them.
    """
    tokens = keycloak.tokens.value
    if tokens is None:
        return None
    return {**tokens["id_token"], **(tokens["userinfo"] if oidc(connector).get("getUserInfo") else {})}


def in_light_of_claims(
    found: list[Finding], keycloak: KeycloakReadings, connector: State | None, options: Mapping[str, Any]
) -> list[Finding]:
    """Return the findings. If the claim exists, those about its origin are at most warnings.

    Another scope or mapper than that of the guide may set the claim. Only the claims that Cells would read count.
    """
    user: State = keycloak.user.value or {}
    claims, claim = claims_for_cells(keycloak, connector) or {}, options["groups_attribute"]
    groups = all_values(keycloak, user, options)
    # Without a provider of that name, a user from another one is as good.
    elsewhere = user.get("federationLink") and keycloak.provider.error
    about = ("scope.assigned", "scope.mapper", *(["ldap.enabled"] if elsewhere else []))
    if not groups or sorted(groups) != sorted(texts_of(claims.get(claim))):
        return found
    note = f" Nevertheless, the tokens of {options['username']} contain the claim {claim}."
    return [
        finding._replace(verdict=WARNING, seen=f"{finding.seen}{note}")
        if finding.verdict == BROKEN and finding.id in about
        else finding
        for finding in found
    ]


def check_key(finding_id: str, config: State, key: str, claims: State, username: str) -> Finding:
    if not config:
        return skipped("The connector is not known.", finding_id)[0]
    value = claims.get(key)
    if value and isinstance(value, str):
        return Finding(finding_id, OK, f"The claim {key} of {username} is {value}.")
    seen = f"The claim {key} of {username} is {'not text' if value else 'not in the claims that Cells reads'}."
    todo = (
        f"Add {key} to the user in the directory, let the connector ask for the scope that contains it, or choose "
        "another claim."
    )
    return Finding(finding_id, BROKEN, seen, todo)


def check_claim(tokens: State, claims: State, groups: list[str], claim: str) -> Finding:
    """Judge the claim as Cells would read it. claims: those of claims_for_cells. groups: the values of its sources."""
    return _check_other_groups(claims.get(claim), groups, claim) or _check_groups(tokens, claims, groups, claim)


def _check_groups(tokens: State, claims: State, groups: list[str], claim: str) -> Finding:
    """Judge in which tokens the claim is."""
    finding_id = "token.groups"
    kinds = {"id_token": "ID token", "access_token": "access token", "userinfo": "userinfo"}
    absent = [title for kind, title in kinds.items() if not tokens[kind].get(claim)]
    if not absent:
        return Finding(finding_id, OK, f"The claim {claim} is in ID token, access token and userinfo.")
    seen, todo = (
        f"The claim {claim} is not in {' and '.join(absent)}.",
        ("Configure the protocol mapper to write it to all three"),
    )
    if claims.get(claim):
        return Finding(finding_id, WARNING, seen, f"{todo}: run the role setup.")
    if len(absent) < len(kinds):
        return Finding(finding_id, BROKEN, f"{seen} Cells does not read the others.", f"{todo}: run the role setup.")
    if groups:
        seen = f"Keycloak has the user's {claim} ({', '.join(groups[:3])}), but no token contains it."
        return Finding(finding_id, BROKEN, seen, "Check the protocol mappers of the client and of its client scopes.")
    seen = f"According to Keycloak, the user is not in any group: there is no {claim}."
    todo = "Add the user to a group, or give the user a role, in the system from which the groups come."
    return Finding(finding_id, WARNING, seen, todo, ("missing_claim",))


def _check_other_groups(value: Any, groups: list[str], claim: str) -> Finding | None:
    """Return the finding about values in the claim that are not groups of the user; None if there are none."""
    values = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    others = ", ".join([item for item in values if item not in groups][:3])
    if not groups or not others:
        return None
    todo = f"Remove the other mapper that writes {claim}: look at the client and its client scopes."
    if set(groups) & set(values):
        seen = f"The claim {claim} also has {others}, which is none of the user's groups."
        return Finding("token.groups", WARNING, seen, f"If that is not on purpose: {todo[0].lower()}{todo[1:]}")
    seen = f"The claim {claim} has {others}, and none of the user's groups ({', '.join(groups[:3])})."
    return Finding("token.groups", BROKEN, seen, todo)


def texts_of(claim: Any) -> list[str]:
    return [str(item) for item in (claim if isinstance(claim, list) else [claim]) if item is not None]
