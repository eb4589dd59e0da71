# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restores a whole site after any change: if the realm differs, it is created again from a copy."""

from __future__ import annotations

import copy
import json
from typing import Any

from lab.realm import KEY_PROVIDER, LDAP_PROVIDER, admin, key_providers
from lab.site import Site
from support.console import Realm, cells_call, client_of
from support.guide import CLIENT

USER_STORAGE = "org.keycloak.storage.UserStorageProvider"
CONNECTORS, STATIC_CLIENTS = "oauth2connectors", "oauth2clients"


class SiteCopy:
    """The state of both servers at one time, without users: Keycloak imports those of LDAP again."""

    def __init__(self, site: Site) -> None:
        """Read everything."""
        self._site = site
        self._cells = _cells_state(site)
        self._realm = self._export()
        self._known = comparable(self._realm)

    def put_back(self) -> None:
        """Bring both servers back to this state."""
        if comparable(self._export()) == self._known:
            realm = Realm(self._site)
            provider = realm.named("components", LDAP_PROVIDER)["id"]
            realm.send("post", f"user-storage/{provider}/remove-imported-users")
            realm.send("delete", "attack-detection/brute-force/users")
        else:
            self._make_realm()
            self._known = comparable(self._export())
        if _cells_state(self._site) != self._cells:
            self._put_back_cells()

    def _export(self) -> dict[str, Any]:
        """Return the realm with its clients and components, and the secret of our client, which an export masks."""
        path = f"admin/realms/{self._site.realm}/partial-export?exportClients=true&exportGroupsAndRoles=true"
        realm: dict[str, Any] = self._site.admin.connection.raw_post(path, data="").json()
        ours = [client for client in realm["clients"] if client["clientId"] == CLIENT]
        for client in ours:
            client["secret"] = client_of(self._site).get("secret")
        return realm

    def _make_realm(self) -> None:
        realm = copy.deepcopy(self._realm)
        for provider in realm["components"][USER_STORAGE]:
            provider["config"]["bindCredential"] = [self._site.lab.ldap.bind_password]
        realm["components"][KEY_PROVIDER] = key_providers()
        keycloak = admin(self._site.lab.keycloak)
        keycloak.delete_realm(self._site.realm)
        keycloak.create_realm(realm)

    def _put_back_cells(self) -> None:
        connectors, clients = self._cells
        cells_call(self._site, "PUT", CONNECTORS, {"connectors": connectors})
        for client in _cells_state(self._site)[1]:
            cells_call(self._site, "DELETE", f"{STATIC_CLIENTS}/{client['client_id']}")
        for client in clients:
            cells_call(self._site, "PUT", f"{STATIC_CLIENTS}/{client['client_id']}", client)


def comparable(value: Any) -> Any:
    """Return an export without values that Keycloak does not keep: the order of lists, and times."""
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in sorted(value.items()) if k != "client.secret.creation.time"}
    if isinstance(value, list):
        return sorted((comparable(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _cells_state(site: Site) -> tuple[Any, Any]:
    connectors = cells_call(site, "GET", CONNECTORS)["connectors"]
    return connectors, cells_call(site, "GET", STATIC_CLIENTS)["staticClients"]
