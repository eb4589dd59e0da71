# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is in a group, from each source, as Keycloak shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_groups import sources_of
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, NotFound
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import ATTRIBUTE, SOURCES
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

MOST = 100
"""Members that are read, so that the doctor's time does not grow with the group."""


class Members(NamedTuple):
    """The users that are in a group, each once, in the order of their names."""

    users: list[State]
    complete: bool
    """Whether these are all."""


class Place(NamedTuple):
    """A list of users below the realm, and the query for those that are members."""

    path: str
    query: Mapping[str, Any]
    attribute: str = ""
    """The user attribute that the query asks for, empty for none."""
    value: str = ""

    def members(self, users: list[State]) -> list[State]:
        """Return the users that are members.

        Keycloak 22 adds users of an LDAP provider that do not have the value. Newer versions may show no attributes.
        """
        values = [(user.get("attributes") or {}).get(self.attribute) for user in users]
        if not any(values):
            return users
        wanted = self.value.casefold()
        return [user for user, has in zip(users, values) if wanted in [str(value).casefold() for value in has or []]]


def read_members(session: KeycloakSession, options: Mapping[str, Any]) -> Members | None:
    """Return who is in the group that options name, None if no source has such a group. Raises SsoError.

    options: those of doctor_info; group is a value of the claim.
    """
    places = [place for source in dict.fromkeys(sources_of(options)) for place in _places(session, source, options)]
    if not places:
        return None
    found: dict[str, State] = {}
    complete = True
    for place in places:
        users = session.get_list(place.path, max=MOST + 1, **place.query)
        complete = complete and len(users) <= MOST
        found.update({str(user["id"]): user for user in place.members(users)})
    by_name = sorted(found.values(), key=lambda user: str(user.get("username")))
    return Members(by_name[:MOST], complete and len(by_name) <= MOST)


def _places(session: KeycloakSession, source: str, options: Mapping[str, Any]) -> list[Place]:
    group, prefix = options["group"], options.get("groups_role_prefix") or ""
    if SOURCES[source] is ATTRIBUTE:
        attribute = options["groups_attribute"]
        return [Place("users", {"q": f'"{attribute}":"{group}"'}, attribute, group)]
    if source == "groups":
        return _of_groups(_groups_of_name(session, group, bool(options.get("groups_full_path"))))
    return _of_role(session, source, options, group[len(prefix) :]) if group.startswith(prefix) else []


def _of_groups(groups: Sequence[State]) -> list[Place]:
    return [Place(f"groups/{group['id']}/members", {"briefRepresentation": "true"}) for group in groups]


def _groups_of_name(session: KeycloakSession, group: str, full_path: bool) -> list[State]:
    """Return the groups of a path, or all of a name, wherever they are."""
    if full_path:
        if not group.startswith("/"):
            return []
        try:
            return [session.get(f"group-by-path/{quote(group[1:])}")]
        except NotFound:
            return []
    found = session.get_list("groups", search=group, exact="true")
    return [each for each in _with_children(found) if each.get("name") == group]


def _with_children(groups: Sequence[State]) -> Iterator[State]:
    for group in groups:
        yield group
        yield from _with_children(group.get("subGroups") or [])


def _of_role(session: KeycloakSession, source: str, options: Mapping[str, Any], name: str) -> list[Place]:
    """Return the paths of the users that have a role, directly or through a group."""
    folder = "roles"
    if source == "client_roles":
        owner = find_client(session, options.get("groups_client") or "")
        if owner is None:
            raise InvalidInput(f"Realm {session.realm} has no client {options.get('groups_client')!r}.")
        folder = f"clients/{owner['id']}/roles"
    role = f"{folder}/{quote(name, safe='')}"
    try:
        groups = session.get_list(f"{role}/groups")
    except NotFound:
        return []
    return [Place(f"{role}/users", {}), *_of_groups(groups)]
