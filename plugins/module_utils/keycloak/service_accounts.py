# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client roles of a client's service account: what an account that is just enough may do (docs/least-rights.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, as_set

ROLES = "roles"


class ServiceAccountRoles:
    """Which roles of one client a service account has, as the engine sees it."""

    secret_keys: frozenset[str] = frozenset()

    def __init__(self, session: KeycloakSession, options: Mapping[str, Any]) -> None:
        """Take the options of keycloak_service_account_roles. Raises InvalidInput for roles that are not named."""
        self.session = session
        self.warnings = session.warnings
        self.options = options
        self.title = f"service account of client {options['client_id']}"
        self.identity: State = {"client": options["roles_client"]}
        if not options["roles"] and options["mode"] == "add":
            raise InvalidInput("roles: name at least one; mode exact with an empty list takes all of them away.")

    def read(self) -> State:
        """Return {client, roles}: the names of the roles that the account has itself, not by other roles."""
        if self._account is None:
            return {**self.identity, ROLES: []}
        return {**self.identity, ROLES: as_set(role["name"] for role in self.session.get_list(self._mappings))}

    def desired(self, current: State | None) -> State:
        """Return the roles that the account is to have."""
        declared, there = self.options["roles"], (current or {}).get(ROLES, [])
        if self.options["state"] == "absent":
            return {ROLES: [name for name in there if name not in declared]}
        return {ROLES: as_set(declared if self.options["mode"] == "exact" else [*there, *declared])}

    def missing(self, current: State | None) -> list[str]:
        """Return what has to be there: the client with its service account, and the roles."""
        if self._account is None:
            return [f"Realm {self.session.realm} has no client {self.options['client_id']} with a service account."]
        unknown = [name for name in self.options["roles"] if name not in self._roles]
        there = ", ".join(sorted(self._roles))
        return (
            [f"Client {self.options['roles_client']} has no role {', '.join(unknown)} (it has {there})."]
            if unknown
            else []
        )

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return one write for what is given, and one for what is taken away."""
        there, wanted = (current or {})[ROLES], (desired or {})[ROLES]
        actions = []
        for verb, method, names in (
            (Verb.ASSIGN, "post", [name for name in wanted if name not in there]),
            (Verb.UNASSIGN, "delete", [name for name in there if name not in wanted]),
        ):
            if names:
                actions.append(Action(verb, self.title, partial(self._map, method, names), tuple(names)))
        return actions

    def _map(self, method: str, names: list[str]) -> None:
        self.session.send(method, self._mappings, [self._roles[name] for name in names])

    @cached_property
    def _account(self) -> str | None:
        """The id of the service account's user, None where there is none yet."""
        client = find_client(self.session, self.options["client_id"])
        if client is None or not client.get("serviceAccountsEnabled"):
            return None
        return str(self.session.get(f"clients/{client['id']}/service-account-user")["id"])

    @cached_property
    def _roles_client(self) -> str:
        name = self.options["roles_client"]
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
