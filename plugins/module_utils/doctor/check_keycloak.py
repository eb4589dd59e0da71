# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is Keycloak's side as the guide has it: realm, client, client scope, LDAP provider (rows G1-G7, S1, S2, L1, L2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.urls import callback_url
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading, Readings, why
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, ServerError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import ATTRIBUTE_MAPPER, CONFIG
from ansible_collections.cellsops.sso.plugins.module_utils.transport import origin
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

CLAIM_MAPPER = "oidc-usermodel-attribute-mapper"
SUB_MAPPER = "oidc-sub-mapper"
AUTHENTICATOR = "client-secret"
PKCE = "pkce.code.challenge.method"
RUN = "Make it as the guide has it: run the role setup."


def check_keycloak(readings: Readings, options: Mapping[str, Any], connector_config: State) -> list[Finding]:
    """Return the findings of keycloak.*, client.*, scope.* and ldap.*.

    readings: those of read_keycloak. options: those of doctor_info. connector_config: configoidc of the connector,
    {} where it is not known.
    """
    discovery, login = readings["discovery"], readings.get("login", Reading())
    if discovery.error:
        todo = f"Start Keycloak, and see that {options['auth_keycloak_url']} and realm {options['realm']} are right."
        return [
            Finding("keycloak.reachable", BROKEN, str(discovery.error), todo),
            *skipped("Keycloak was not reached.", "keycloak.realm", "client.*", "scope.*", "ldap.*"),
        ]
    reached = Finding("keycloak.reachable", OK, f"{discovery.value} answers.")
    if login.error:
        return [reached, *skipped(why(login), "keycloak.realm", "client.*", "scope.*", "ldap.*")]
    return [
        reached,
        *_check_realm(readings["realm"], options["realm"]),
        *_check_client(readings, options, connector_config),
        *_check_scope(readings, options, connector_config),
        *_check_ldap(readings, options),
    ]


def _check_realm(reading: Reading, name: str) -> list[Finding]:
    if reading.error:
        return skipped(why(reading), "keycloak.realm")
    enabled = reading.value.get("enabled")
    if enabled is None:
        return skipped(
            "Keycloak shows no more of the realm than its name: the account lacks view-realm.", "keycloak.realm"
        )
    seen = f"Realm {name} is {'enabled' if enabled else 'disabled'}."
    return [judged("keycloak.realm", bool(enabled), seen, f"Enable realm {name} in Keycloak.")]


def _check_client(readings: Readings, options: Mapping[str, Any], connector_config: State) -> list[Finding]:
    reading, client_id = readings["client"], options["client_id"]
    if reading.error:
        return skipped(why(reading), "client.*")
    client: State | None = reading.value
    if client is None:
        seen = f"Realm {options['realm']} has no client {client_id}."
        todo = "Register it: run the role setup, or the module keycloak_oidc_client."
        others = (name for name in ("enabled", "confidential", "standard_flow", "secret", "redirect_*", "web_origin"))
        return [
            Finding("client.exists", BROKEN, seen, todo),
            *skipped("There is no client.", *(f"client.{name}" for name in others)),
        ]
    confidential = _check_confidential(client)
    return [
        Finding("client.exists", OK, f"Realm {options['realm']} has the client {client_id}."),
        judged(
            "client.enabled",
            bool(client.get("enabled", True)),
            "It is enabled." if client.get("enabled", True) else "It is disabled.",
            f"Enable the client {client_id}.",
        ),
        confidential,
        _check_standard_flow(client),
        _check_secret(readings, connector_config, confidential.verdict == OK),
        *_check_uris(client, options, connector_config, origin(readings["discovery"].value)),
    ]


def _check_confidential(client: State) -> Finding:
    finding_id, client_id = "client.confidential", client["clientId"]
    if client.get("publicClient"):
        todo = (
            f"Turn on client authentication of {client_id} (publicClient false), and give its secret to the connector."
        )
        return Finding(finding_id, BROKEN, "Client authentication is off: the client is public.", todo)
    proof = client.get("clientAuthenticatorType") or AUTHENTICATOR
    seen = f"Client authentication is on, by {proof}" + (
        "." if proof == AUTHENTICATOR else ", and Cells presents a secret."
    )
    todo = f"Let the credentials of {client_id} be client id and secret ({AUTHENTICATOR})."
    return judged(finding_id, proof == AUTHENTICATOR, seen, todo)


def _check_standard_flow(client: State) -> Finding:
    finding_id, client_id = "client.standard_flow", client["clientId"]
    if not client.get("standardFlowEnabled") or client.get("bearerOnly"):
        return Finding(finding_id, BROKEN, "The standard flow is off.", f"Turn on the standard flow of {client_id}.")
    method = (client.get("attributes") or {}).get(PKCE)
    seen = "The standard flow is on" + (
        f", and asks for PKCE ({method}), which Cells does not send." if method else "."
    )
    return judged(finding_id, not method, seen, f"Choose no PKCE method for {client_id}.", WARNING)


def _check_secret(readings: Readings, connector_config: State, by_secret: bool) -> Finding:
    """Compare the two secrets; neither of them is in the finding."""
    if not by_secret:
        return skipped("The client has no secret that counts.", "client.secret")[0]
    there = readings["secret"]
    given = connector_config.get("clientSecret") or ""
    if there.error:
        return skipped(why(there), "client.secret")[0]
    if not str(there.value or "").strip("*") or not given.strip("*•"):
        side = "Cells" if there.value else "Keycloak"
        return skipped(f"{side} does not show the secret, so it cannot be compared.", "client.secret")[0]
    same = there.value == given
    seen = "The connector has the client's secret." if same else "The connector has another secret than the client."
    return judged("client.secret", same, seen, "Give the client's secret to the connector: run the role setup again.")


def _check_uris(
    client: State, options: Mapping[str, Any], connector_config: State, keycloaks_origin: str
) -> list[Finding]:
    uris, root = client.get("redirectUris") or [], client.get("rootUrl") or keycloaks_origin
    wildcards = [uri for uri in uris if "*" in uri]
    listed = ", ".join(uris) or "none"
    if connector_config:
        # A connector without one takes the callback URL.
        own = options["callback_url"] or callback_url(options["cells_url"], options["connector_id"])
        wanted = connector_config.get("redirectURI") or own
        found = registers(uris, root, wanted)
        seen = f"{wanted} is registered." if found else f"{wanted} is not registered. Registered: {listed}."
        redirect = judged("client.redirect_uri", found, seen, f"Register {wanted} with the client, exactly.")
    else:
        redirect = skipped("The connector's redirect URI is not known.", "client.redirect_uri")[0]
    cells, origins = origin(options["cells_url"]), client.get("webOrigins") or []
    # A plus stands for the origins of all redirect URIs.
    whole = [root + uri if uri.startswith("/") else uri for uri in uris] if "+" in origins else []
    return [
        redirect,
        judged(
            "client.redirect_wildcard",
            not wildcards,
            f"There is a wildcard: {', '.join(wildcards)}." if wildcards else "No redirect URI has a wildcard.",
            "Register the callback URL of the connector, and nothing else.",
            WARNING,
        ),
        judged(
            "client.web_origin",
            "*" in origins or cells in map(origin, [*origins, *whole]),
            f"Web origins: {', '.join(origins) or 'none'}.",
            f"Let {cells} be the web origin.",
            WARNING,
        ),
    ]


def registers(uris: list[str], root_url: str, wanted: str) -> bool:
    """Return whether Keycloak takes a redirect URI by a client's list.

    An entry that begins with a slash goes behind the root URL as it is, which is Keycloak's own origin where the client
    has none; a star at the end stands for whatever follows, a query apart (RedirectUtils in Keycloak's source).
    """
    for uri in uris:
        whole = root_url + uri if uri.startswith("/") else uri
        if whole in (wanted, "*"):
            return True
        if whole.endswith("*") and "?" not in whole:
            start, path = whole[:-1], wanted.partition("?")[0]
            if path.startswith(start) or path == start.rstrip("/"):
                return True
    return False


def _check_scope(readings: Readings, options: Mapping[str, Any], connector_config: State) -> list[Finding]:
    reading, name = readings["client_scopes"], options["client_scope"]
    if reading.error:
        return skipped(why(reading), "scope.*")
    scopes = {scope["name"]: scope for scope in reading.value}
    client: State | None = readings["client"].value
    if client is None:
        assigned = skipped("There is no client that could have it.", "scope.assigned", "scope.basic")
    else:
        asked = {*client.get("defaultClientScopes", [])}
        asked |= {*client.get("optionalClientScopes", [])} & {*(connector_config.get("scopes") or [])}
        assigned = [_check_assigned(name, name in scopes, client, name in asked, options), _check_basic(scopes, client)]
    if name not in scopes:
        return [*assigned, *skipped(f"There is no client scope {name}.", "scope.mapper")]
    return [*assigned, _check_claim_mapper(scopes[name], options["groups_attribute"])]


def _check_assigned(name: str, there: bool, client: State, asked: bool, options: Mapping[str, Any]) -> Finding:
    if not there:
        seen = f"The realm has no client scope {name}."
    elif not asked and name in client.get("optionalClientScopes", []):
        seen = f"{name} is optional, and the connector does not ask for it."
    else:
        seen = f"The client has {name}." if asked else f"The client does not have {name}."
    todo = f"Assign {name} to the client as a default scope: run the role setup."
    return _judged_by_claim("scope.assigned", asked, seen, todo, client, options["groups_attribute"])


def _check_basic(scopes: Mapping[str, State], client: State) -> Finding:
    if "basic" not in scopes:
        return Finding("scope.basic", OK, "This realm has no scope basic: before 25, Keycloak needs none.")
    there = "basic" in client.get("defaultClientScopes", [])
    seen = "The client has basic." if there else "The client does not have basic as a default scope."
    todo = "Assign the client scope basic to the client as a default scope."
    return _judged_by_claim("scope.basic", there, seen, todo, client, "sub")


def _judged_by_claim(finding_id: str, good: bool, seen: str, todo: str, client: State, claim: str) -> Finding:
    """Return a finding about a scope, a warning at most where a mapper of the client's own gives the scope's claim."""
    own = [mapper["name"] for mapper in client.get("protocolMappers") or [] if _gives(mapper, claim)]
    if own and not good:
        return Finding(finding_id, WARNING, f"{seen} Its own mapper {own[0]} gives {claim}.", todo)
    return judged(finding_id, good, seen, todo)


def _gives(mapper: State, claim: str) -> bool:
    if claim == "sub" and mapper.get("protocolMapper") == SUB_MAPPER:
        return True
    return bool((mapper.get("config") or {}).get("claim.name") == claim)


def _check_claim_mapper(scope: State, claim: str) -> Finding:
    finding_id, mappers = "scope.mapper", scope.get("protocolMappers") or []
    found = [mapper for mapper in mappers if _gives(mapper, claim)]
    if not found:
        there = ", ".join(f"{m['name']} (claim {(m.get('config') or {}).get('claim.name')})" for m in mappers) or "none"
        seen = f"No mapper of {scope['name']} makes the claim {claim}. Mappers there: {there}."
        return Finding(finding_id, BROKEN, seen, RUN)
    name, kind, config = found[0]["name"], found[0].get("protocolMapper"), found[0]["config"]
    if kind != CLAIM_MAPPER:
        return Finding(finding_id, WARNING, f"{name} makes the claim, and is a {kind}, not a {CLAIM_MAPPER}.", RUN)
    # Without a type, Keycloak leaves the text that it has as it is.
    shown = {**config, "jsonType.label": config.get("jsonType.label") or "String"}
    needed = {"user.attribute": claim, "id.token.claim": "true", "multivalued": "true", "jsonType.label": "String"}
    better = {"access.token.claim": "true", "userinfo.token.claim": "true", "aggregate.attrs": "true"}
    for verdict, wanted in ((BROKEN, needed), (WARNING, better)):
        wrong = [f"{k} is {shown.get(k) or 'not set'}, not {v}" for k, v in wanted.items() if shown.get(k) != v]
        if wrong:
            return Finding(finding_id, verdict, f"{name}: {'; '.join(wrong)}.", RUN)
    return Finding(finding_id, OK, f"{name} puts the user's {claim} into ID token, access token and userinfo.")


def _check_ldap(readings: Readings, options: Mapping[str, Any]) -> list[Finding]:
    if not options["ldap_provider"]:
        return skipped("No LDAP provider is named.", "ldap.*")
    provider = readings["provider"]
    if isinstance(provider.error, InvalidInput):
        todo = "Name the provider by its name or id, or add it in Keycloak's user federation."
        return [
            Finding("ldap.enabled", BROKEN, str(provider.error), todo),
            *skipped("There is no such LDAP provider.", "ldap.reachable", "ldap.mapper"),
        ]
    if provider.error:
        return skipped(why(provider), "ldap.*")
    config = {key: values[0] for key, values in provider.value.get("config", {}).items() if values}
    enabled = config.get("enabled", "true") == "true"
    name = provider.value["name"]
    return [
        judged(
            "ldap.enabled",
            enabled,
            f"LDAP provider {name} is {'enabled' if enabled else 'disabled'}.",
            f"Enable the LDAP provider {name}.",
        ),
        _check_ldap_login(readings["ldap_test"], config),
        _check_ldap_mapper(readings["mappers"], options, provider.value["id"]),
    ]


def _check_ldap_login(test: Reading, config: Mapping[str, str]) -> Finding:
    url = config.get("connectionUrl", "")
    if test.error is None:
        return Finding("ldap.reachable", OK, f"Keycloak can log in to {url}.")
    if isinstance(test.error, ServerError) and test.error.status == 400:
        who, reason = config.get("bindDn") or "nobody", test.error.words or "no reason given"
        seen = f"Keycloak cannot log in to {url} as {who}: {reason}."
        return Finding(
            "ldap.reachable", BROKEN, seen, "See that the directory runs, and its URL, bind DN and credential."
        )
    return Finding("ldap.reachable", NOT_CHECKED, why(test))


def _check_ldap_mapper(reading: Reading, options: Mapping[str, Any], provider_id: str) -> Finding:
    if reading.error:
        return skipped(why(reading), "ldap.mapper")[0]
    attribute = options["groups_attribute"]
    mappers = [m for m in reading.value if m.get("parentId") == provider_id and m.get("providerId") == ATTRIBUTE_MAPPER]
    found = [(m["name"], _first(m)) for m in mappers if _first(m).get(CONFIG["user_model_attribute"]) == attribute]
    if not found:
        return Finding("ldap.mapper", BROKEN, f"No mapper of the provider fills the user attribute {attribute}.", RUN)
    name, config = found[0]
    source = config.get(CONFIG["ldap_attribute"]) or "nothing"
    if source.lower() != options["ldap_attribute"].lower():
        seen = f"{name} takes {attribute} from {source}, not from {options['ldap_attribute']}."
        return Finding("ldap.mapper", BROKEN, seen, RUN)
    notes = {"always_read_value_from_ldap": "not at each login", "read_only": "may write it there too"}
    wrong = [note for option, note in notes.items() if config.get(CONFIG[option]) != "true"]
    seen = f"{name} takes {attribute} from {source}" + (f", but {' and '.join(wrong)}." if wrong else ".")
    return judged("ldap.mapper", not wrong, seen, RUN, WARNING)


def _first(component: State) -> dict[str, str]:
    """Return a component's config, whose values are lists of one, as a dict of str."""
    return {key: values[0] for key, values in (component.get("config") or {}).items() if values}
