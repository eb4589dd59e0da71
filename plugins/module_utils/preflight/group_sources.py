# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Before the first write: can Keycloak write the groups of each source into the claim (row S2)?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import (
    MERGES,
    SOURCES,
    version_number,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession


def source_problems(session: KeycloakSession, params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps a source from giving groups, one sentence or two each.

    params: groups_source, groups_client, ldap_provider and client_id of sso_preflight_info. Raises SsoError.
    """
    sources = params["groups_source"]
    if "ldap_attribute" in sources and not params["ldap_provider"]:
        yield (
            "groups_source: ldap_attribute needs ldap_provider. For an attribute that something else fills, take"
            " user_attribute."
        )
    if "client_roles" in sources:
        yield from _client_problems(session, params["groups_client"], params["client_id"])
    kinds = {SOURCES[source].protocol_mapper for source in sources}
    if "groups" in sources and len(kinds) > 1:
        yield from _merge_problems(session)


def _client_problems(session: KeycloakSession, client_id: str, own_id: str) -> Iterator[str]:
    if not client_id:
        yield "groups_source: client_roles needs groups_client, the client whose roles count."
    elif client_id != own_id and find_client(session, client_id) is None:
        yield f"groups_client: realm {session.realm} has no client {client_id!r}."


def _merge_problems(session: KeycloakSession) -> Iterator[str]:
    try:
        version = session.version()
    except SsoError:
        # Only versions that merge hide their number from accounts that may do what the role needs.
        return
    if version_number(version) < MERGES:
        yield (
            f"groups_source: Keycloak {version} does not merge groups with another source into one claim, but loses"
            f" one of them. Choose one source, or upgrade to {'.'.join(map(str, MERGES))} or newer."
        )
