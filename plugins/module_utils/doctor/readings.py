# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readings of a server: a value, or the reason why there is none, so that one failed call does not stop the doctor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple

from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError


class Reading(NamedTuple):
    """A value, or the error that stood in the way."""

    value: Any = None
    error: SsoError | None = None


NOT_READ = Reading()
"""Stands for a reading whose question did not arise: compare it with ``is``."""


class SourceReading(NamedTuple):
    """The readings of one source of groups, as Keycloak shows it."""

    own: Reading = NOT_READ
    """The user's groups or roles: list of {name, path}."""
    granted: Reading = NOT_READ
    """Names of the roles that the client lets through (list of str), if it does not let through all."""


@dataclass
class KeycloakReadings:
    """The readings of Keycloak."""

    discovery: Reading = NOT_READ
    """The realm's issuer (str)."""
    login_form: Reading = NOT_READ
    """{form (bool), leads_to (str, the URL of another server), status (int), words (str)}."""
    code: Reading = NOT_READ
    """{error (str, as in RFC 6749, section 5.2), words (str)}, None if Cells does not show the connector's secret."""
    login: Reading = NOT_READ
    """The skew of Keycloak's clock, {} if no login was needed."""
    realm: Reading = NOT_READ
    version: Reading = NOT_READ
    """Keycloak's version (str)."""
    client: Reading = NOT_READ
    """None if there is none."""
    secret: Reading = NOT_READ
    """The client's secret (str)."""
    client_scopes: Reading = NOT_READ
    group_names: Reading = NOT_READ
    """All values that the claim can have (list of str), None if Keycloak cannot list them."""
    profile: Reading = NOT_READ
    policies: Reading = NOT_READ
    """The client policies."""
    policy_profiles: Reading = NOT_READ
    flow: Reading = NOT_READ
    """{alias, executions} of a login in a browser."""
    provider: Reading = NOT_READ
    """The LDAP provider."""
    mappers: Reading = NOT_READ
    """The mappers of the LDAP provider."""
    ldap_test: Reading = NOT_READ
    """None; the error if Keycloak cannot log in to the LDAP server."""
    user: Reading = NOT_READ
    """None if there is none."""
    required_actions: Reading = NOT_READ
    credentials: Reading = NOT_READ
    """The user's credentials."""
    lockout: Reading = NOT_READ
    """{disabled}: whether Keycloak has locked the user out."""
    tokens: Reading = NOT_READ
    """The claims of the user: {id_token, access_token, userinfo}."""
    identity_providers: Reading = NOT_READ
    """The aliases of the user's identity providers."""
    members: Reading = NOT_READ
    """Members of the named group (read_members.Members), None if there is no such group."""
    sources: dict[str, SourceReading] = field(default_factory=dict)
    """The sources of groups that are not attributes, by the name that groups_source has for them."""

    def source(self, name: str) -> SourceReading:
        """Return the readings of a source."""
        return self.sources.get(name, SourceReading())


@dataclass
class CellsReadings:
    """The readings of Cells."""

    bootconf: Reading = NOT_READ
    own_issuer: Reading = NOT_READ
    """The issuer of Cells' own provider (str, None without a discovery document), and the HTTP status."""
    login_page: Reading = NOT_READ
    """The connectors that the login page offers."""
    connectors: Reading = NOT_READ
    """The connectors of the id, with secrets."""
    static_client: Reading = NOT_READ
    """The static client of the web interface."""
    roles: Reading = NOT_READ
    """The roles that can be given to users."""
    version: Reading = NOT_READ
    """The version of Cells (str)."""
    issuer: Reading = NOT_READ
    """The issuer in the discovery document of the connector's issuer (str)."""
    accounts: Reading = NOT_READ
    """The users of Cells with the logins of the group's members."""


def take(call: Callable[[], Any]) -> Reading:
    """Return the result of a call, or its error."""
    try:
        return Reading(value=call())
    except SsoError as error:
        return Reading(error=error)


def why(reading: Reading) -> str:
    """Return why something was not checked, from the error that kept it from being read."""
    return f"It could not be read: {reading.error}"
