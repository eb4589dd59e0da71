# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists the values that the claim of groups can have, if Keycloak can list them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import (
    CLIENT_ROLES,
    GROUPS,
    REALM_ROLES,
    claim_name,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

MOST_GROUPS = 200
"""Groups that are listed: Keycloak counts the groups below each one, and takes over a minute for 5,000 (26.7.3)."""

MOST_CALLS = 20
"""Calls that are made for groups below others, so that the doctor's time does not grow with the directory."""


def group_names(session: KeycloakSession, scopes: Sequence[State], scope: str, claim: str) -> list[str] | None:
    """Return all values that the mappers of a client scope can put into a claim, None if Keycloak cannot list them.

    scopes: the realm's client scopes. scope: the name of ours. Raises SsoError.
    """
    mappers = [mapper for each in scopes if each.get("name") == scope for mapper in each.get("protocolMappers") or []]
    ours = [mapper for mapper in mappers if (mapper.get("config") or {}).get("claim.name") == claim_name(claim)]
    kinds = {GROUPS.protocol_mapper: _groups, REALM_ROLES.protocol_mapper: _roles, CLIENT_ROLES.protocol_mapper: _roles}
    if not ours or any(mapper.get("protocolMapper") not in kinds for mapper in ours):
        return None
    return [name for mapper in ours for name in kinds[mapper["protocolMapper"]](session, mapper["config"])]


def _groups(session: KeycloakSession, config: State) -> Iterator[str]:
    full_path = config.get("full.path") == "true"
    calls = iter(range(MOST_CALLS))
    groups = session.get_list("groups", briefRepresentation="true", first=0, max=MOST_GROUPS + 1)
    if len(groups) > MOST_GROUPS:
        raise SsoError(f"Keycloak has more than {MOST_GROUPS} groups: too many to list.")
    for group in _with_children(session, groups, calls):
        yield str(group["path"] if full_path else group["name"])


def _with_children(session: KeycloakSession, groups: Sequence[State], calls: Iterator[int]) -> Iterator[State]:
    """Yield groups and those below them. calls: one for each call that may still be made. Raises SsoError."""
    for group in groups:
        yield group
        below: Any = group.get("subGroups") or []
        if not below and group.get("subGroupCount"):
            if next(calls, None) is None:
                raise SsoError(f"More than {MOST_CALLS} groups in Keycloak have subgroups, which is too many to list.")
            # From version 23 on, Keycloak lists subgroups with a separate call.
            below = session.get_list(f"groups/{group['id']}/children", briefRepresentation="true", max=-1)
        yield from _with_children(session, below, calls)


def _roles(session: KeycloakSession, config: State) -> Iterator[str]:
    client_id, prefix = config.get("usermodel.clientRoleMapping.clientId"), "usermodel.realmRoleMapping.rolePrefix"
    path = "roles"
    if client_id:
        client = find_client(session, client_id)
        if client is None:
            return
        path, prefix = f"clients/{client['id']}/roles", "usermodel.clientRoleMapping.rolePrefix"
    for role in session.get_list(path):
        yield f"{config.get(prefix) or ''}{role['name']}"
