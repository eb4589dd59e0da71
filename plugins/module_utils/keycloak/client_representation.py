# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client in Keycloak's own form: the keys for the options, and values in comparable form (rows G1-G7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import check_given_once, check_lengths
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, as_set, changed_keys, merged, text_map

SECRET_KEYS = frozenset(
    {
        "secret",
        "registrationAccessToken",
        # Attributes: a SAML client's keys, and the previous secret if the realm rotates secrets.
        "saml.signing.private.key",
        "saml.encryption.private.key",
        "client.secret.rotated",
    }
)


FIELDS = {
    "name": "name",
    "description": "description",
    "enabled": "enabled",
    "root_url": "rootUrl",
    "base_url": "baseUrl",
    "public_client": "publicClient",
    "authorization_services_enabled": "authorizationServicesEnabled",
    "standard_flow_enabled": "standardFlowEnabled",
    "implicit_flow_enabled": "implicitFlowEnabled",
    "direct_access_grants_enabled": "directAccessGrantsEnabled",
    "service_accounts_enabled": "serviceAccountsEnabled",
    "bearer_only": "bearerOnly",
    "consent_required": "consentRequired",
    "client_authenticator_type": "clientAuthenticatorType",
    "secret": "secret",
}
"""Options whose values go as they are: option to key of ClientRepresentation."""


SETS = {"redirect_uris": "redirectUris", "web_origins": "webOrigins"}
"""Options that are lists without an order."""


SCOPES = {"default_client_scopes": "defaultClientScopes", "optional_client_scopes": "optionalClientScopes"}
"""Options whose names are assigned one by one: PUT on a client ignores them."""


IF_PRESENT = "default_client_scopes_if_present"
"""The option with scopes that not every version of Keycloak has."""


POST_LOGOUT = "post.logout.redirect.uris"


TRIGGER = "cellsops.sso.rotate_secret_on"
"""The client attribute that remembers for which value of rotate_secret_on the secret was made."""


ATTRIBUTES = {
    "post_logout_redirect_uris": POST_LOGOUT,
    "pkce_method": "pkce.code.challenge.method",
    "rotate_secret_on": TRIGGER,
}
"""Options that Keycloak keeps as attributes: option to name of the attribute."""


OFF_BY_DEFAULT = frozenset(
    {
        "oauth2.device.authorization.grant.enabled",
        "require.pushed.authorization.requests",
        "tls.client.certificate.bound.access.tokens",
        "dpop.bound.access.tokens",
        "client.use.lightweight.access.token.enabled",
    }
)
"""Attributes that Keycloak treats as false if a client lacks them, for example because it was created by hand."""


COMPUTED_ATTRIBUTES = ("realm_client", "client.secret.")
"""How names of attributes begin that Keycloak works out itself, and would store if they came back (kc#52173): after a
rotation, those of the secret before it."""


SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d+(?:[/?#*]|$)).")
"""How a URI with a scheme begins (RFC 3986), private ones such as com.example.app too (RFC 8252); digits after the
colon are a port, and what is before it a host."""


def comparable(client: State) -> State:
    """Return a ClientRepresentation with lists that have no order sorted: Keycloak does not keep an order."""
    state = dict(client)
    for key in (*SETS.values(), *SCOPES.values()):
        if key in state:
            state[key] = as_set(state[key])
    attributes = state.get("attributes")
    if attributes and attributes.get(POST_LOGOUT):
        state["attributes"] = {**attributes, POST_LOGOUT: _sorted_uris(attributes[POST_LOGOUT])}
    return state


def declared_attributes(options: Mapping[str, Any]) -> dict[str, str]:
    own = {key: options[option] for option, key in ATTRIBUTES.items() if options[option] is not None}
    if POST_LOGOUT in own:
        own[POST_LOGOUT] = "##".join(own[POST_LOGOUT])
    attributes = text_map({**(options["attributes"] or {}), **own})
    if POST_LOGOUT in attributes:
        attributes[POST_LOGOUT] = _sorted_uris(attributes[POST_LOGOUT])
    return attributes


def without_off(declared: dict[str, str], current: Mapping[str, Any]) -> dict[str, str]:
    """Return declared attributes without those that are declared off and are not there, which is off as well."""
    return {
        key: value
        for key, value in declared.items()
        if not (key in OFF_BY_DEFAULT and value == "false" and not current.get(key))
    }


def _sorted_uris(uris: str) -> str:
    """Return post-logout redirect URIs, one string as Keycloak's attribute holds them, sorted."""
    return "##".join(as_set(filter(None, uris.split("##"))))


def update_body(current: State, body: State, changed: list[str]) -> State:
    """Return the body of a PUT: only changed keys, but all attributes, because a partial map may drop the others."""
    payload = {key: body[key] for key in changed}
    if payload.get("authorizationServicesEnabled") and merged(current, body).get("serviceAccountsEnabled"):
        # Keycloak 24 answers 500 if this does not repeat that there is a service account.
        payload["serviceAccountsEnabled"] = True
    if current.get("attributes") or "attributes" in payload:
        # They always go along: without them, Keycloak answers 500 while the rotation of a secret is due (kc#10603).
        attributes = merged(current.get("attributes") or {}, body.get("attributes") or {})
        payload["attributes"] = {k: value for k, value in attributes.items() if not k.startswith(COMPUTED_ATTRIBUTES)}
        if "frontchannelLogout" in current:
            # Keycloak 26.0 turns it on if a PUT with attributes does not contain it.
            payload["frontchannelLogout"] = current["frontchannelLogout"]
    return payload


def changed_names(current: State, body: State, changed: list[str]) -> tuple[str, ...]:
    """Return the changed keys for a reader, attributes by their own names."""
    names = [key for key in changed if key != "attributes"]
    if "attributes" in changed:
        names += changed_keys(current.get("attributes") or {}, body["attributes"])
    return tuple(names)


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse values that Keycloak would take and that can only be mistakes. Raises InvalidInput."""
    check_given_once(options, "attributes", ATTRIBUTES)
    check_lengths(options, "client_id", "name", "description", "root_url", "base_url", "redirect_uris", "web_origins")
    if options["secret"] is not None and not options["secret"].strip():
        # Keycloak would take it, and then give anybody a token who says that this client asks.
        raise InvalidInput("secret: must not be empty. Leave it out, and Keycloak generates a secret.")
    if options["secret"] is not None and options["rotate_secret_on"] is not None:
        raise InvalidInput("secret and rotate_secret_on are mutually exclusive: a declared secret cannot be rotated.")
    for option in ("redirect_uris", "post_logout_redirect_uris"):
        for uri in options[option] or []:
            if not (uri in ("*", "+", "-") or _is_relative(uri) or SCHEME.match(uri)):
                raise InvalidInput(
                    f"{option}: {uri!r} has no scheme. Give the complete URI, such as https://cells.example.org/…"
                )
    both = set(options["default_client_scopes"] or []) & set(options["optional_client_scopes"] or [])
    if both:
        raise InvalidInput(
            f"Client scope {', '.join(sorted(both))} is declared both as default and as optional. Choose one."
        )


def _is_relative(uri: str) -> bool:
    """Return whether a URI is relative to the root URL; two slashes would begin a host."""
    return uri.startswith("/") and not uri.startswith("//")
