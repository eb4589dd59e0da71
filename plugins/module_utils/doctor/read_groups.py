# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a user's groups and roles from each source. The number of requests does not depend on the directory's size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import NOT_READ, SourceReading, take
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import ROLE_SOURCES
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.role_scope import (
    drops_roles,
    granted_roles,
    role_owner,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


def sources_of(options: Mapping[str, Any]) -> list[str]:
    """Return where the groups come from; options: those of doctor_info. Without a choice it is a user attribute."""
    given = options.get("groups_source") or []
    return list(given) or ["ldap_attribute" if options["ldap_provider"] else "user_attribute"]


def read_groups(
    session: KeycloakSession, options: Mapping[str, Any], client: State | None, user: State | None, scope: str
) -> dict[str, SourceReading]:
    """Return the readings of the sources that options name, but for attributes, by their names.

    scope: the scopes that Cells requests.
    """
    sources, found = sources_of(options), {}
    if "groups" in sources and user:
        path = f"users/{user['id']}/groups"
        found["groups"] = SourceReading(take(lambda: session.get_list(path, briefRepresentation="true")))
    for source in sorted(ROLE_SOURCES.intersection(sources)):
        found[source] = _read_roles(session, source, options, client, user, scope)
    return found


def read_identity_providers(session: KeycloakSession, user: State) -> list[str]:
    """Return the aliases of a user's identity providers. Raises SsoError."""
    return [str(link.get("identityProvider")) for link in session.get_list(f"users/{user['id']}/federated-identity")]


def _read_roles(
    session: KeycloakSession,
    source: str,
    options: Mapping[str, Any],
    client: State | None,
    user: State | None,
    scope: str,
) -> SourceReading:
    owner = take(lambda: role_owner(session, source, options.get("groups_client") or "", client))
    if owner.error:
        return SourceReading(owner)
    own = granted = NOT_READ
    if user:
        path = f"users/{user['id']}/role-mappings/{owner.value.below_user}/composite"
        own = take(lambda: session.get_list(path))
    if client and drops_roles(client):
        granted = take(lambda: granted_roles(session, client, owner.value, scope))
    return SourceReading(own, granted)
