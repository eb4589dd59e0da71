# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads Keycloak for the doctor. Changes nothing: the one POST lets Keycloak test its LDAP server."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.cellsops.sso.plugins.module_utils.cells.issuer import discovered_issuer
from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import of_token
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.group_names import group_names
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_groups import (
    read_groups,
    read_identity_providers,
    sources_of,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_members import read_members
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings, take
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.try_flow import try_flow
from ansible_collections.cellsops.sso.plugins.module_utils.errors import NotAuthorized
from ansible_collections.cellsops.sso.plugins.module_utils.jwt import claims_of
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import MAPPER_TYPE, find_provider
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.token_preview import example_tokens, find_user
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.user_profile import read_profile
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

POLICIES = "client-policies/{0}?include-global-{0}=true"
"""The paths of Keycloak's client policies, and of the profiles that they apply."""


def read_keycloak(
    session: KeycloakSession, options: Mapping[str, Any], scopes: list[str], config: State | None = None
) -> KeycloakReadings:
    """Return the readings of Keycloak.

    options: those of doctor_info. scopes: the scopes that Cells requests. config: configoidc of the connector with its
    redirect URI, None if it is not known.
    """
    realm_url = f"{session.url}/realms/{session.connection.realm_name}"
    readings = KeycloakReadings(discovery=take(lambda: discovered_issuer(realm_url, options)))
    if readings.discovery.error:
        return readings
    if config:
        readings.login_form, readings.code = try_flow(realm_url, config, scopes, options)
    readings.login = take(lambda: _login(session))
    if readings.login.error:
        return readings
    readings.realm = take(lambda: session.get(""))
    readings.version = take(session.version)
    readings.client = take(lambda: _client(session, options["client_id"]))
    readings.client_scopes = take(lambda: session.get_list("client-scopes"))
    readings.group_names = take(
        lambda: group_names(
            session, readings.client_scopes.value or [], options["client_scope"], options["groups_attribute"]
        )
    )
    readings.profile = take(lambda: read_profile(session))
    client: State | None = readings.client.value
    if client:
        readings.secret = take(lambda: session.get(f"clients/{client['id']}/client-secret").get("value"))
        readings.policies = take(lambda: session.get(POLICIES.format("policies")))
        readings.policy_profiles = take(lambda: session.get(POLICIES.format("profiles")))
        readings.flow = take(lambda: _browser_flow(session, client, readings.realm.value or {}))
    if options["ldap_provider"]:
        _read_ldap(session, options["ldap_provider"], readings)
    if options["username"]:
        readings.user = take(lambda: find_user(session, options["username"]))
        user: State | None = readings.user.value
        if user:
            readings.required_actions = take(lambda: session.get_list("authentication/required-actions"))
            readings.credentials = take(lambda: session.get_list(f"users/{user['id']}/credentials"))
            readings.lockout = take(lambda: session.get(f"attack-detection/brute-force/users/{user['id']}"))
        if client and user:
            readings.tokens = take(lambda: example_tokens(session, client["id"], user["id"], " ".join(scopes)))
        if user and "user_attribute" in sources_of(options):
            readings.identity_providers = take(lambda: read_identity_providers(session, user))
    readings.sources = read_groups(session, options, client, readings.user.value, " ".join(scopes))
    if options["group"]:
        readings.members = take(lambda: read_members(session, options))
    return readings


def _login(session: KeycloakSession) -> dict[str, Any]:
    """Log in if no token was given, and return the skew of Keycloak's clock, from the token's iat."""
    given, sent = session.handed_in, time.time()
    token, _seconds = session.token()
    return {} if token == given else of_token(session.url, claims_of(token), sent, time.time())


def _browser_flow(session: KeycloakSession, client: State, realm: State) -> State:
    """Return the flow by which users of a client log in, {alias, executions}: its own one, or the realm's."""
    alias, own = (
        realm.get("browserFlow") or "browser",
        (client.get("authenticationFlowBindingOverrides") or {}).get("browser"),
    )
    if own:
        alias = session.get(f"authentication/flows/{own}")["alias"]
    return {"alias": alias, "executions": session.get_list(f"authentication/flows/{quote(alias, safe='')}/executions")}


def _client(session: KeycloakSession, client_id: str) -> State | None:
    """Return the client, or None. Raises NotAuthorized if the account cannot see any client."""
    client = find_client(session, client_id)
    # Without view-clients some versions show an empty list. Each realm has this client, and the realm master its own.
    built_in = "realm-management" if session.realm != "master" else "master-realm"
    if client is None and not session.get_list("clients", clientId=built_in):
        raise NotAuthorized("GET", f"{session.url}/admin/realms/{session.realm}/clients", 200, "no client is shown", "")
    return client


def _read_ldap(session: KeycloakSession, name: str, readings: KeycloakReadings) -> None:
    """Add the readings of the LDAP provider."""
    readings.provider = take(lambda: find_provider(session, name))
    if readings.provider.error:
        return
    provider: State = readings.provider.value
    readings.mappers = take(lambda: session.get_list("components", parent=provider["id"], type=MAPPER_TYPE))
    readings.ldap_test = take(lambda: _test_ldap(session, provider))


def _test_ldap(session: KeycloakSession, provider: State) -> None:
    """Let Keycloak log in to its LDAP server, like the button in its console. Raises SsoError if it cannot."""
    config = {key: values[0] for key, values in provider.get("config", {}).items() if values}
    names = ("connectionUrl", "bindDn", "useTruststoreSpi", "connectionTimeout", "startTls", "authType")
    question = {name: config.get(name, "") for name in names}
    # With the component's id, Keycloak takes the mask for the credential that it keeps.
    question.update(
        bindCredential=config.get("bindCredential", ""),
        componentId=provider["id"],
        action="testConnection" if config.get("authType") == "none" else "testAuthentication",
    )
    session.send("post", "testLDAPConnection", question)
