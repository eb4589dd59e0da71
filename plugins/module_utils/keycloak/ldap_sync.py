# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets Keycloak synchronize the users or a mapper of an LDAP provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import provider_among
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession, only
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

ACTIONS = {"full": "triggerFullSync", "changed": "triggerChangedUsersSync"}
DIRECTIONS = {"to_keycloak": "fedToKeycloak", "to_ldap": "keycloakToFed"}
COUNTS = ("added", "updated", "removed", "failed")


class LdapSync:
    """One synchronization: of all users of a provider, or of the objects of one of its mappers, such as groups."""

    def __init__(self, session: KeycloakSession, options: Mapping[str, Any]) -> None:
        """Take the options of keycloak_ldap_sync. Raises InvalidInput for options that do not go together."""
        self.session = session
        self.options = options
        mapper = options["mapper"]
        if mapper and options["mode"]:
            raise InvalidInput("mode: this only applies to users. A mapper is always synchronized completely.")
        if options["direction"] and not mapper:
            raise InvalidInput("direction: this requires mapper. Users are always synchronized from LDAP to Keycloak.")
        self.what = f"LDAP mapper {mapper}" if mapper else f"users of LDAP provider {options['ldap_provider']}"

    def path(self) -> str:
        """Return the path below the realm to which the request goes. Raises InvalidInput if there is no such mapper."""
        components = self.session.get_list("components")
        provider = provider_among(components, self.session.realm, self.options["ldap_provider"])["id"]
        if not self.options["mapper"]:
            query = urlencode({"action": ACTIONS[self.options["mode"] or "full"]})
            return f"user-storage/{provider}/sync?{query}"
        query = urlencode({"direction": DIRECTIONS[self.options["direction"] or "to_keycloak"]})
        return f"user-storage/{provider}/mappers/{self._mapper_id(components, provider)}/sync?{query}"

    def _mapper_id(self, components: list[State], provider: str) -> str:
        name = self.options["mapper"]
        mappers = [component for component in components if component.get("parentId") == provider]
        mapper = only([component for component in mappers if component.get("name") == name], self.what)
        if mapper is None:
            there = ", ".join(sorted(component["name"] for component in mappers)) or "none"
            raise InvalidInput(
                f"The LDAP provider {self.options['ldap_provider']} has no mapper {name!r}. Existing mappers: {there}."
            )
        return str(mapper["id"])

    def run(self) -> dict[str, int]:
        """Synchronize, wait for the end, and return Keycloak's counts by COUNTS. Raises SsoError."""
        answer = self.session.ask(self.path())
        return {name: int(answer.get(name) or 0) for name in COUNTS}
