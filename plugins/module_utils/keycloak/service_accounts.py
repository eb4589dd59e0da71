# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client roles of a service account that has only the rights it needs (docs/least-privilege.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.rights import ADMIN_API_SCOPE, management_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, as_set

ROLES = "roles"
ADMIN_API = "admin_api"
MODEL_CLIENT = "admin-cli"
"""The client that every realm has, and that may use the admin REST API."""


class ServiceAccountRoles:
    """Which roles of one client a service account has, as the engine sees it."""

    secret_keys: frozenset[str] = frozenset()

    def __init__(self, session: KeycloakSession, options: Mapping[str, Any]) -> None:
        """Take the options of keycloak_service_account_roles. Raises InvalidInput for roles that are not named."""
        self.session = session
        self.warnings = session.warnings
        self.options = options
        self.title = f"service account of client {options['client_id']}"
        self.roles_client: str = options["roles_client"] or management_client(session.realm)
        self.identity: State = {"client": self.roles_client}
        self._client_id = ""
        if not options["roles"] and options["mode"] == "add":
            raise InvalidInput("roles: give at least one. To revoke all roles, give an empty list with mode exact.")

    def read(self) -> State:
        """Return {client, roles, admin_api}: the roles that are assigned to the account itself, and whether the client
        may use the admin REST API, if this server asks for the scope (since 26.8.2)."""
        if self._account is None:
            return {**self.identity, ROLES: []}
        state = {**self.identity, ROLES: as_set(role["name"] for role in self.session.get_list(self._mappings))}
        return {**state, ADMIN_API: self._may_use_admin_api()} if self._admin_api_scope else state

    def _may_use_admin_api(self) -> bool:
        """Return whether the scope for the admin REST API is among the client's default client scopes."""
        path = f"clients/{self._client_id}/default-client-scopes"
        return any(scope.get("name") == ADMIN_API_SCOPE for scope in self.session.get_list(path))

    def desired(self, current: State | None) -> State:
        """Return the roles that the account is to have."""
        declared, there = self.options["roles"], (current or {}).get(ROLES, [])
        if self.options["state"] == "absent":
            return {ROLES: [name for name in there if name not in declared]}
        state = {ROLES: as_set(declared if self.options["mode"] == "exact" else [*there, *declared])}
        return {**state, ADMIN_API: True} if self._admin_api_scope else state

    def missing(self, current: State | None) -> list[str]:
        """Return the problems: a missing client, a missing service account, or missing roles."""
        if self._account is None:
            return [f"Realm {self.session.realm} has no client {self.options['client_id']} with a service account."]
        unknown = [name for name in self.options["roles"] if name not in self._roles]
        there = ", ".join(sorted(self._roles))
        return [f"Client {self.roles_client} has no role {', '.join(unknown)} (it has {there})."] if unknown else []

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return one write for granted roles, and one for revoked roles."""
        there, wanted = (current or {})[ROLES], (desired or {})[ROLES]
        actions = []
        for verb, method, names in (
            (Verb.ASSIGN, "post", [name for name in wanted if name not in there]),
            (Verb.UNASSIGN, "delete", [name for name in there if name not in wanted]),
        ):
            if names:
                actions.append(Action(verb, self.title, partial(self._map, method, names), tuple(names)))
        if (desired or {}).get(ADMIN_API) and not (current or {}).get(ADMIN_API):
            target = f"client {self.options['client_id']}"
            scope = (f"default client scope {ADMIN_API_SCOPE}",)
            actions.append(Action(Verb.ASSIGN, target, self._allow_admin_api, scope))
        return actions

    def _allow_admin_api(self) -> None:
        self.session.send("put", f"clients/{self._client_id}/default-client-scopes/{self._admin_api_scope}", {})

    def _map(self, method: str, names: list[str]) -> None:
        self.session.send(method, self._mappings, [self._roles[name] for name in names])

    @cached_property
    def _admin_api_scope(self) -> str | None:
        """The id of the client scope for the admin REST API, None if this Keycloak does not ask for it."""
        model = find_client(self.session, MODEL_CLIENT)
        if model is None or ADMIN_API_SCOPE not in model.get("defaultClientScopes", []):
            return None
        scopes = self.session.get_list(f"clients/{model['id']}/default-client-scopes")
        return next(str(scope["id"]) for scope in scopes if scope["name"] == ADMIN_API_SCOPE)

    @cached_property
    def _account(self) -> str | None:
        """The id of the service account's user; None if there is none yet."""
        client = find_client(self.session, self.options["client_id"])
        if client is None or not client.get("serviceAccountsEnabled"):
            return None
        self._client_id = str(client["id"])
        return str(self.session.get(f"clients/{client['id']}/service-account-user")["id"])

    @cached_property
    def _roles_client(self) -> str:
        name = self.roles_client
        client = find_client(self.session, name)
        if client is None:
            raise InvalidInput(
                f"roles_client: realm {self.session.realm} has no client {name!r} that this account can see."
            )
        return str(client["id"])

    @cached_property
    def _roles(self) -> dict[str, State]:
        """The roles of that client by name."""
        return {role["name"]: role for role in self.session.get_list(f"clients/{self._roles_client}/roles")}

    @property
    def _mappings(self) -> str:
        return f"users/{self._account}/role-mappings/clients/{self._roles_client}"
