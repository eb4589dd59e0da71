# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of Keycloak before the role setup writes: the login, the realm, the rights, the LDAP provider."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.issuer import check_issuer
from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import of_token
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.jwt import claims_of
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client, rotates, secret_of
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import provider_among, rivals
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.group_sources import source_problems
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

STEPS = frozenset({"client", "connector", "ldap", "scope", "mapping", "verify"})
"""The steps that ask Keycloak."""

CLIENT_STEPS = STEPS - {"ldap"}
"""The steps that need the client."""

CONNECTOR_STEPS = frozenset({"client", "connector", "mapping"})
"""The steps that write the connector."""

WRITING_CLIENTS = frozenset({"client", "scope"})
"""The steps that write clients or client scopes."""

NEEDING_CLIENT = frozenset({"scope", "connector", "mapping"})
"""The steps that need the client, and that do not make it."""

BUILT_IN_CLIENT = "broker"
"""A client that every realm has, and that an account with manage-clients may manage (on 26, not realm-management)."""


class KeycloakLook:
    """The checks of Keycloak, with few requests besides the login, and none for each user or group."""

    def __init__(self, params: Mapping[str, Any], steps: Collection[str], issuer: str = "") -> None:
        """Take the options of sso_preflight_info, the steps of the run, and the connector's issuer. Sends nothing."""
        self.params = params
        self.steps = frozenset(steps)
        self._written_issuer = issuer
        self.warnings: list[str] = []
        self.values: dict[str, Any] = {}
        """After the login: token, expires_in and clock_skew (see keycloak_token); client_secret, on request."""
        self.notes: list[str] = []
        """The problems that keep only some groups from Cells and make no step fail."""
        self._management = ""
        self._roles: frozenset[str] | None = None
        self._client: State | None = None

    def problems(self) -> Iterator[str]:
        """Yield the problems that would make a step fail, one or two sentences each."""
        if not self.steps & STEPS:
            return
        try:
            session = KeycloakSession(self.params, self.params["realm"])
            self.warnings = session.warnings
            self._log_in(session)
        except SsoError as error:
            yield str(error)
            return
        looks = (self._look_at_client, self._look_at_sources, self._look_at_issuer, self._look_at_ldap)
        for look in (*looks, self._look_at_users):
            try:
                yield from look(session)
            except SsoError as error:
                yield str(error)

    def _log_in(self, session: KeycloakSession) -> None:
        sent = time.time()
        token, expires_in = session.token()
        claims = claims_of(token)
        self.values = {
            "token": token,
            "expires_in": expires_in,
            "clock_skew": of_token(session.url, claims, sent, time.time()),
        }
        self._management = _management_client(session, self.params["auth_realm"])
        shown = (claims.get("resource_access") or {}).get(self._management)
        self._roles = frozenset(shown["roles"]) if shown else None

    def _look_at_client(self, session: KeycloakSession) -> Iterator[str]:
        if not self.steps & CLIENT_STEPS:
            return
        client = self._client = find_client(session, self.params["client_id"])
        if self.params["return_secret"]:
            self.values["client_secret"] = self._lasting_secret(client)
        # Some versions show an empty list to an account without view-clients.
        judged = client or find_client(session, BUILT_IN_CLIENT)
        if judged is None:
            yield self._lacks("view-clients", "to see the clients of the realm")
        elif self.steps & WRITING_CLIENTS and not _may_manage(judged):
            yield self._lacks("manage-clients", f"to write the client {self.params['client_id']} and its client scope")
        if client is None and self._needs_client():
            yield (
                f"client_id: realm {session.realm} has no client {self.params['client_id']}, and the chosen steps do "
                "not create it. Run the step client too."
            )

    def _look_at_sources(self, session: KeycloakSession) -> Iterator[str]:
        """Look whether Keycloak can write the groups of each source into the claim."""
        if "scope" in self.steps and self.params["state"] == "present":
            yield from source_problems(session, self.params, self._client, self.notes)
            asks = self.params["user_profile_attribute"] and "user_attribute" in self.params["groups_source"]
            if asks and self._roles is not None and "manage-realm" not in self._roles:
                yield self._lacks("manage-realm", "to write the user profile")

    def _lasting_secret(self, client: State | None) -> str:
        """Return the secret that the client keeps in this run, empty if it gets another one or does not show it."""
        if client is None or ("client" in self.steps and rotates(client, self.params["rotate_secret_on"])):
            return ""
        return secret_of(client)

    def _needs_client(self) -> bool:
        absent = self.params["state"] == "absent"
        return not absent and "client" not in self.steps and bool(self.steps & NEEDING_CLIENT)

    def _look_at_issuer(self, _session: KeycloakSession) -> Iterator[str]:
        """Raise InvalidInput if the connector would get another issuer than the realm's."""
        issuer = self.params["issuer"]
        writes = self.params["state"] == "present" and self.steps & CONNECTOR_STEPS
        # If the connector already has it, it is not written again, and the verification checks it.
        if writes and issuer and issuer != self._written_issuer:
            check_issuer(issuer, self.params)
        yield from ()

    def _look_at_ldap(self, session: KeycloakSession) -> Iterator[str]:
        if "ldap" not in self.steps:
            return
        if not self.params["ldap_provider"]:
            if self.params["ldap_groups"]:
                yield "ldap_groups: this requires ldap_provider, the LDAP provider of the groups."
            return
        if self.params["state"] == "present":
            # Providers and their mappers by one request.
            components = session.get_list("components")
            provider = provider_among(components, session.realm, self.params["ldap_provider"])
            yield from self._look_at_mappers(components, provider["id"])
        if self._roles is not None and "manage-realm" not in self._roles:
            yield self._lacks("manage-realm", "to write the LDAP mapper")
        if self._roles is not None and self.params["ldap_groups"] and "manage-users" not in self._roles:
            yield self._lacks("manage-users", "to synchronize the groups of the directory")

    def _look_at_mappers(self, components: list[State], provider_id: str) -> Iterator[str]:
        name, attribute = self.params["ldap_mapper"], self.params["groups_attribute"]
        others = rivals(components, provider_id, name, attribute) if name and attribute else []
        if others:
            yield (
                f"ldap_mapper: the LDAP provider has the mapper {', '.join(map(repr, others))} for the user attribute "
                f"{attribute} already. With {name!r} as a second mapper, no user of the provider could log in. Remove "
                "the existing mapper, give its name, or set sso_ldap_mapper_take_over."
            )

    def _look_at_users(self, _session: KeycloakSession) -> Iterator[str]:
        if "verify" not in self.steps or not self.params["username"] or self._roles is None:
            return
        if not self._roles & {"view-users", "manage-users"}:
            yield self._lacks("view-users", f"to preview the tokens of {self.params['username']}")

    def _lacks(self, role: str, purpose: str) -> str:
        return f"The account in Keycloak lacks the role {role} of the client {self._management}, {purpose}."


def _management_client(session: KeycloakSession, login_realm: str) -> str:
    """Return the client whose roles rule the realm, as tokens of the login's realm name it."""
    return "realm-management" if login_realm == session.realm != "master" else f"{session.realm}-realm"


def _may_manage(client: State) -> bool:
    """Return whether the account may change a client. Keycloak adds this to each client in a list."""
    access = client.get("access")
    return not isinstance(access, dict) or bool(access.get("manage", True))
