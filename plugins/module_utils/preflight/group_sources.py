# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Before the first write: can Keycloak write the groups of each source into the claim (row S2)?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import (
    MERGES,
    ROLE_SOURCES,
    SOURCES,
    version_number,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.role_scope import (
    drops_roles,
    granted_roles,
    role_owner,
    roles_of_scopes,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.user_profile import lets_through, read_profile
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

NAMED = 5
"""How many roles a note names."""


def source_problems(
    session: KeycloakSession, params: Mapping[str, Any], client: State | None, notes: list[str]
) -> Iterator[str]:
    """Yield the problems that keep a source from giving groups, one or two sentences each.

    params: groups_source, groups_client, groups_attribute, user_profile_attribute, ldap_provider, client_id and
    client_scopes of sso_preflight_info. client: the one with client_id, None if it does not exist yet. notes: gets the
    problems that keep back only some groups. Raises SsoError.
    """
    sources = params["groups_source"]
    if "ldap_attribute" in sources and not params["ldap_provider"]:
        yield (
            "groups_source: ldap_attribute needs ldap_provider. If something else fills the user attribute, use "
            "user_attribute."
        )
    if "client_roles" in sources:
        yield from _client_problems(session, params["groups_client"], params["client_id"])
    kinds = {SOURCES[source].protocol_mapper for source in sources}
    if "groups" in sources and len(kinds) > 1:
        yield from _merge_problems(session)
    for source in sorted(ROLE_SOURCES.intersection(sources)):
        # A client never drops its own roles.
        own = source == "client_roles" and params["groups_client"] == params["client_id"]
        if client and drops_roles(client) and not own:
            yield from _scope_problems(session, source, params, client, notes)
    if "user_attribute" in sources and not params["user_profile_attribute"]:
        _note_profile(session, params["groups_attribute"], notes)


def _scope_problems(
    session: KeycloakSession, source: str, params: Mapping[str, Any], client: State, notes: list[str]
) -> Iterator[str]:
    """Yield why no role of a source reaches the tokens of a client without full scope; note if only some do."""
    owner_id = params["groups_client"]
    try:
        owner = role_owner(session, source, owner_id, client)
    except InvalidInput:
        # A client that is not there is a problem of its own.
        return
    granted = granted_roles(session, client, owner, "openid")
    # The role is going to assign these, and their roles then count too.
    to_come = [name for name in params["client_scopes"] if name not in client.get("defaultClientScopes", [])]
    if to_come:
        granted += [name for name in roles_of_scopes(session, to_come, owner) if name not in granted]
    kind = "realm roles" if source == "realm_roles" else f"roles of the client {owner_id}"
    seen = f'client_id: "Full scope allowed" of the client {client["clientId"]} is off'
    if not granted:
        yield (
            f"{seen}, and its scope has none of the {kind}, so Keycloak would put no group into the claim. Turn on "
            '"Full scope allowed" for the client, or add the roles to its scope.'
        )
        return
    names = ", ".join(granted[:NAMED]) + (f" and {len(granted) - NAMED} more" if len(granted) > NAMED else "")
    notes.append(f"{seen}. Of the {kind}, only those in its scope reach Cells: {names}.")


def _note_profile(session: KeycloakSession, attribute: str, notes: list[str]) -> None:
    if not lets_through(read_profile(session), attribute):
        notes.append(
            f"The user profile of the realm does not define {attribute}, so Keycloak drops values that do not come "
            "from an LDAP provider. Set sso_user_profile_attribute, or the realm's policy for unmanaged attributes."
        )


def _client_problems(session: KeycloakSession, client_id: str, own_id: str) -> Iterator[str]:
    if not client_id:
        yield "groups_source: client_roles needs groups_client, the client whose roles count."
    elif client_id != own_id and find_client(session, client_id) is None:
        yield f"groups_client: realm {session.realm} has no client {client_id!r}."


def _merge_problems(session: KeycloakSession) -> Iterator[str]:
    try:
        version = session.version()
    except SsoError:
        # Only versions that merge hide their number from accounts with sufficient rights for the role.
        return
    if version_number(version) < MERGES:
        yield (
            f"groups_source: Keycloak {version} does not merge groups with another source into one claim, but loses"
            f" one of them. Choose one source, or upgrade to {'.'.join(map(str, MERGES))} or newer."
        )
