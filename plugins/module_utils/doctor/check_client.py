# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is the client as the guide has it, and does anything else on it forbid Cells' login (rows G1-G7)?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.urls import callback_url
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.client_policies import refusals
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    OK,
    WARNING,
    Finding,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.login_flow import more_than_a_password
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings, Reading, why
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import version_number
from ansible_collections.cellsops.sso.plugins.module_utils.transport import origin
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

AUTHENTICATOR = "client-secret"
PKCE = "pkce.code.challenge.method"
EXPIRES = "client.secret.expiration.time"
"""The attribute in which Keycloak keeps when the client's secret expires, in Unix seconds, if a policy rotates it."""

FEW_DAYS = 21
DAY = 86400
SHORTEST_LIFE = 5
"""The minimum lifetime of an ID token in seconds, so that it is still valid when Cells checks it."""

SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""The algorithms of ID tokens that Cells can check with a public key (docs/assumptions in dex's connector)."""

BOUND = {
    "tls.client.certificate.bound.access.tokens": "a client certificate",
    "dpop.bound.access.tokens": "a DPoP proof",
}
"""Attributes that ask for a proof with each token, which Cells does not send."""

USERINFO_REFUSES_LIGHTWEIGHT = (26, 6, 2)
"""The first version of Keycloak whose userinfo endpoint answers 401 to a lightweight access token."""


def check_client(readings: KeycloakReadings, options: Mapping[str, Any], connector_config: State) -> list[Finding]:
    """Return the findings of client.*; the arguments are those of check_keycloak."""
    reading, client_id = readings.client, options["client_id"]
    if reading.error:
        return skipped(why(reading), "client.*")
    client: State | None = reading.value
    if client is None:
        seen = f"Realm {options['realm']} has no client {client_id}."
        todo = "Register it: run the role setup, or the module keycloak_oidc_client."
        others = [finding for finding in skipped("There is no client.", "client.*") if finding.id != "client.exists"]
        return [Finding("client.exists", BROKEN, seen, todo), *others]
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
        _check_consent(client),
        _check_secret(
            readings, client, connector_config, confidential.verdict == OK, bool(options["session"].get("login"))
        ),
        _check_policies(readings, client),
        _check_login_flow(readings),
        _check_login_form(readings.login_form, bool(options["ldap_provider"])).resting_on(
            *_assumed_path(options, connector_config)
        ),
        _check_code(readings.code, client),
        _check_tokens(readings, client, connector_config),
        *_check_uris(
            readings.login_form,
            client,
            options,
            connector_config,
            origin(readings.discovery.value),
        ),
    ]


def _check_confidential(client: State) -> Finding:
    finding_id, client_id = "client.confidential", client["clientId"]
    if client.get("publicClient"):
        todo = (
            f"Turn on client authentication of {client_id} (publicClient false), and give its secret to the connector."
        )
        # Keycloak takes the code for tokens, and does not look at the secret that Cells sends.
        return Finding(finding_id, WARNING, "Client authentication is off: the client is public.", todo)
    proof = client.get("clientAuthenticatorType") or AUTHENTICATOR
    seen = f"Client authentication is on, by {proof}" + (
        "." if proof == AUTHENTICATOR else ", and Cells presents a secret."
    )
    todo = f"Set the credentials of {client_id} to client id and secret ({AUTHENTICATOR})."
    return judged(finding_id, proof == AUTHENTICATOR, seen, todo)


def _check_standard_flow(client: State) -> Finding:
    finding_id, client_id = "client.standard_flow", client["clientId"]
    if client.get("bearerOnly"):
        todo = f"Set bearerOnly of {client_id} to false: run the role setup."
        return Finding(finding_id, BROKEN, "The client is bearer-only, so nobody can log in through it.", todo)
    if not client.get("standardFlowEnabled"):
        return Finding(finding_id, BROKEN, "The standard flow is off.", f"Turn on the standard flow of {client_id}.")
    method = (client.get("attributes") or {}).get(PKCE)
    seen = "The standard flow is on" + (
        f", but the client requires PKCE ({method}), which Cells does not send." if method else "."
    )
    return judged(finding_id, not method, seen, f"Remove the PKCE method of {client_id}.")


def _check_consent(client: State) -> Finding:
    asks = bool(client.get("consentRequired"))
    seen = (
        "Keycloak asks users for their consent before it sends them to Cells."
        if asks
        else "Users are not asked for consent."
    )
    return judged("client.consent", not asks, seen, f"Turn off consent of {client['clientId']}: run the role setup.")


def _check_secret(
    readings: KeycloakReadings, client: State, config: State, by_secret: bool, logged_in: bool
) -> Finding:
    """Compare the two secrets, and judge Keycloak's answer to that of the connector. The finding contains no secret.

    logged_in: whether a real login got through, which answers the question if a secret is hidden.
    """
    finding_id, todo = "client.secret", "Give the client's secret to the connector: run the role setup again."
    if client.get("publicClient"):
        return Finding(finding_id, OK, "The client is public: Keycloak does not look at the secret that Cells sends.")
    if not by_secret:
        return skipped("The client does not use a secret.", finding_id)[0]
    there, given, answer = readings.secret, config.get("clientSecret") or "", readings.code.value
    accepted = logged_in or (answer is not None and answer["error"] == "invalid_grant")
    refused = answer is not None and answer["error"] in ("invalid_client", "unauthorized_client")
    comparable = there.error is None and str(there.value or "").strip("*") and given.strip("*•")
    days, expiry = _expiry(client)
    if comparable and there.value != given:
        seen = "The connector's secret differs from the client's" + (
            ", but Keycloak still accepts it." if accepted else "."
        )
        return Finding(finding_id, WARNING if accepted else BROKEN, seen, todo)
    if refused:
        if days is not None and days <= 0:
            todo = "Rotate the secret: give the role setup a new sso_rotate_secret_on."
        return Finding(finding_id, BROKEN, f"Keycloak refuses the connector's secret: {answer['words']}.{expiry}", todo)
    if comparable or accepted:
        soon = days is not None and days < FEW_DAYS
        todo = "Rotate the secret before that day: give the role setup a new sso_rotate_secret_on."
        return judged(finding_id, not soon, f"The connector's secret is that of the client.{expiry}", todo, WARNING)
    side = "Keycloak" if given.strip("*•") else "Cells"
    hidden = f"{side} does not show the secret, so it cannot be compared."
    return skipped(why(there) if there.error else hidden, finding_id)[0]


def _expiry(client: State) -> tuple[float | None, str]:
    """Return in how many days the client's secret expires, None if it does not, and a sentence about it."""
    text = str((client.get("attributes") or {}).get(EXPIRES) or "")
    if not text.isdigit() or text == "0":
        return None, ""
    day = time.strftime("%Y-%m-%d", time.gmtime(int(text)))
    days = (int(text) - time.time()) / DAY
    return days, f" It expires on {day}." if days > 0 else f" It expired on {day}."


def _check_policies(readings: KeycloakReadings, client: State) -> Finding:
    """Judge whether client policies of the realm refuse a login as Cells makes it."""
    finding_id = "client.policies"
    policies, profiles = readings.policies, readings.policy_profiles
    if policies.error or profiles.error:
        return skipped(why(policies if policies.error else profiles), finding_id)[0]
    found = refusals(policies.value or {}, profiles.value or {}, client)
    if not found:
        return Finding(finding_id, OK, "No client policy refuses the requests of Cells.")
    certain = [refusal for refusal in found if refusal.certain]
    seen = "; ".join(f"the client policy {r.policy} requires {r.asks_for}" for r in certain or found)
    if not certain:
        seen += ", if its conditions apply, which the doctor cannot find out"
    todo = f"Change the conditions of that policy so that it does not apply to the client {client['clientId']}."
    return Finding(finding_id, BROKEN if certain else WARNING, f"{seen[0].upper()}{seen[1:]}.", todo)


def _check_login_flow(readings: KeycloakReadings) -> Finding:
    """Judge whether the steps of the login ask for more than name and password."""
    finding_id, reading = "client.login_flow", readings.flow
    if reading.error:
        return skipped(why(reading), finding_id)[0]
    if reading.value is None:
        return skipped("The login flow is not known.", finding_id)[0]
    alias, credentials = reading.value["alias"], readings.credentials.value or []
    asked = more_than_a_password(
        reading.value["executions"], {str(credential.get("type")) for credential in credentials}
    )
    seen = f"The login uses the flow {alias}" + (
        f", in which a user name and a password are not enough: {', '.join(asked)}." if asked else "."
    )
    todo = f"Change the flow {alias} in Keycloak, or choose another flow for the client, so that a password is enough."
    return judged(finding_id, not asked, seen, todo)


def _check_login_form(reading: Reading, by_ldap: bool) -> Finding:
    """Judge Keycloak's answer to the request with which Cells begins a login.

    by_ldap: whether users have their passwords in LDAP, and not with an identity provider.
    """
    finding_id = "client.login_form"
    if reading.error:
        return skipped(why(reading), finding_id)[0]
    answer = reading.value
    if answer is None:
        return skipped("The connector is not known.", finding_id)[0]
    if answer["form"]:
        return Finding(finding_id, OK, "Keycloak shows its login form to users from Cells.")
    if answer["leads_to"]:
        seen = f"Keycloak redirects users from Cells to {answer['leads_to']}."
        todo = (
            "Remove the default identity provider from the login flow, so that Keycloak asks for a user name and a "
            "password."
        )
        return judged(finding_id, not by_ldap, seen, todo)
    reason = f"{answer['words'] or 'no reason given'} (HTTP {answer['status']})"
    seen = f"Keycloak refuses a login from Cells: {reason}."
    todo = "Change the client, the realm or its browser flow so that Keycloak shows its login form. Its log says more."
    return Finding(finding_id, BROKEN, seen, todo)


def _check_code(reading: Reading, client: State) -> Finding:
    """Judge whether Keycloak would exchange a code for tokens, by its answer to a code that does not exist."""
    finding_id, attributes = "client.code", client.get("attributes") or {}
    bound = [what for name, what in BOUND.items() if attributes.get(name) == "true"]
    if bound:
        seen = f"The client's tokens are bound to {' and '.join(bound)}, which Cells does not send."
        return Finding(finding_id, BROKEN, seen, f"Turn this off for {client['clientId']}: run the role setup.")
    if reading.error:
        return skipped(why(reading), finding_id)[0]
    answer = reading.value
    if answer is None:
        return skipped(
            ("Cells does not show the secret of the connector, so the doctor could not try it."), finding_id
        )[0]
    good = answer["error"] == "invalid_grant"
    seen = (
        "Keycloak exchanges codes for tokens."
        if good
        else (f"Keycloak does not exchange a code for tokens: {answer['words']}.")
    )
    return judged(finding_id, good, seen, "Change the client so that its id and secret are enough.")


def _check_tokens(readings: KeycloakReadings, client: State, config: State) -> Finding:
    """Judge whether Cells can use the tokens, which a preview does not show: signature, encryption, life, userinfo."""
    finding_id = "client.tokens"
    attributes, realm = client.get("attributes") or {}, readings.realm.value or {}
    tokens, asks_userinfo = readings.tokens.value, bool(config.get("getUserInfo"))
    wrong = _unusable_id_token(attributes, realm)
    if asks_userinfo:
        wrong += _unusable_userinfo(attributes, client, realm, readings.version.value)
    if tokens and not wrong:
        wrong = _refused_claims(tokens, config, asks_userinfo)
    if not wrong and not config:
        return skipped("The connector is not known.", finding_id)[0]
    seen = f"Cells cannot use the tokens: {'; '.join(wrong)}." if wrong else "Cells can use the tokens."
    return judged(finding_id, not wrong, seen, f"Undo this for {client['clientId']}: run the role setup.")


def _unusable_id_token(attributes: Mapping[str, str], realm: State) -> list[str]:
    signed = attributes.get("id.token.signed.response.alg") or realm.get("defaultSignatureAlgorithm") or SIGNATURES[0]
    own = str(attributes.get("access.token.lifespan") or "")
    life = int(own) if own.isdigit() else realm.get("accessTokenLifespan") or SHORTEST_LIFE
    wrong = []
    if signed not in SIGNATURES:
        wrong.append(f"the ID token is signed with {signed}")
    if attributes.get("id.token.encrypted.response.alg"):
        wrong.append("the ID token is encrypted")
    if life < SHORTEST_LIFE:
        wrong.append(f"the ID token is valid for {life} s only (the lifespan of the access token)")
    return wrong


def _unusable_userinfo(attributes: Mapping[str, str], client: State, realm: State, version: str | None) -> list[str]:
    wrong = []
    if attributes.get("user.info.response.signature.alg"):
        wrong.append("userinfo is signed, and not JSON")
    if attributes.get("user.info.encrypted.response.alg"):
        wrong.append("userinfo is encrypted")
    lightweight = attributes.get("client.use.lightweight.access.token.enabled") == "true"
    if lightweight and number(version) >= USERINFO_REFUSES_LIGHTWEIGHT:
        wrong.append("the access token is lightweight, so userinfo answers 401")
    if max(client.get("notBefore") or 0, realm.get("notBefore") or 0) > time.time():
        wrong.append("tokens are revoked until a time in the future (notBefore), so userinfo answers 401")
    return wrong


def _refused_claims(tokens: State, config: State, asks_userinfo: bool) -> list[str]:
    """Return which claims that a mapper may have overwritten keep Cells from taking the ID token (OpenID Connect Core).

    tokens: the preview. config: of the connector, {} if it is not known.
    """
    claims, wrong = tokens["id_token"], []
    issuer, client_id = config.get("issuer"), config.get("clientID")
    audience = claims.get("aud", client_id)
    if issuer and claims.get("iss", issuer) != issuer:
        wrong.append(f"iss of the ID token is {claims['iss']}")
    if client_id and client_id not in (audience if isinstance(audience, list) else [audience]):
        wrong.append(f"aud of the ID token is {audience}")
    if isinstance(claims.get("exp"), int) and claims["exp"] < time.time():
        wrong.append("the ID token is already expired when it is issued (exp)")
    if claims.get("nonce"):
        wrong.append("a mapper sets the nonce of the ID token")
    party = tokens["access_token"].get("azp", client_id)
    if asks_userinfo and client_id and party != client_id:
        wrong.append(f"azp of the access token is {party}, so that userinfo answers 401")
    session = tokens["access_token"].get("sid")
    if asks_userinfo and session and session == claims.get("sid"):
        # Each preview has a session of its own.
        wrong.append("a mapper sets the session of the access token (sid), so that userinfo answers 401")
    if asks_userinfo and tokens["userinfo"].get("sub") != claims.get("sub"):
        wrong.append("sub of userinfo differs from that of the ID token")
    return wrong


def number(version: str | None) -> tuple[int, ...]:
    """Return a version as numbers, and one that is not known as if it were the newest."""
    return version_number(version or "") or (10**6,)


def _check_uris(
    form: Reading, client: State, options: Mapping[str, Any], connector_config: State, keycloaks_origin: str
) -> list[Finding]:
    uris, root = client.get("redirectUris") or [], client.get("rootUrl") or keycloaks_origin
    wildcards = [uri for uri in uris if "*" in uri]
    listed = ", ".join(uris) or "none"
    if connector_config:
        # A connector without one takes the callback URL.
        own = options["callback_url"] or callback_url(options["cells_url"], options["connector_id"])
        wanted = connector_config.get("redirectURI") or own
        # Keycloak itself knows best; its rules for wildcards differ from version to version.
        found = registers(uris, root, wanted) or bool(form.value and form.value["form"])
        seen = f"{wanted} is registered." if found else f"{wanted} is not registered. Registered: {listed}."
        todo = f"Register exactly {wanted} with the client."
        redirect = judged("client.redirect_uri", found, seen, todo, assumes=_assumed_path(options, connector_config))
    else:
        redirect = skipped("The connector's redirect URI is not known.", "client.redirect_uri")[0]
    cells, origins = origin(options["cells_url"]), client.get("webOrigins") or []
    # A plus means the origins of all redirect URIs.
    whole = [root + uri if uri.startswith("/") else uri for uri in uris] if "+" in origins else []
    return [
        redirect,
        judged(
            "client.redirect_wildcard",
            not wildcards,
            f"There is a wildcard: {', '.join(wildcards)}." if wildcards else "No redirect URI has a wildcard.",
            "Register only the callback URL of the connector.",
            WARNING,
        ),
        judged(
            "client.web_origin",
            "*" in origins or cells in map(origin, [*origins, *whole]),
            f"Web origins: {', '.join(origins) or 'none'}.",
            f"Set the web origin to {cells}.",
            WARNING,
        ),
    ]


def _assumed_path(options: Mapping[str, Any], connector_config: State) -> tuple[str, ...]:
    """Return the assumption on the path to which Cells lets Keycloak send users, if neither side names one."""
    return () if options["callback_url"] or connector_config.get("redirectURI") else ("callback_path",)


def registers(uris: list[str], root_url: str, wanted: str) -> bool:
    """Return whether a client's list allows a redirect URI in Keycloak.

    An entry that begins with a slash is appended to the root URL, or to Keycloak's own origin if the client has none.
    An asterisk at the end matches everything but a query (RedirectUtils in Keycloak's source).
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
