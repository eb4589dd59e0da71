# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single changes of the client: its fields, its attributes, its protocol mappers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from lab.site import Site
from support.changes.change import Change, all_of, client_with, own_mapper
from support.console import Realm, client_of

YES = {"true": "true"}
SIGNATURES = ("RS256", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512", "HS384")
ENCRYPTIONS = ("RSA1_5", "RSA-OAEP-256", "ECDH-ES", "A256KW")
GROUPS = "cellsgroups"
HARDCODED, ATTRIBUTE = "oidc-hardcoded-claim-mapper", "oidc-usermodel-attribute-mapper"


def attribute(name: str, value: str) -> Change:
    """The client has an attribute."""
    return client_with(attributes={name: value})


def no_scope_but(*names: str) -> Change:
    """The client has these default client scopes only."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, path = Realm(site), f"clients/{client_of(site)['id']}/default-client-scopes"
        taken = [scope for scope in realm.get(path) if scope["name"] not in names]
        for scope in taken:
            realm.send("delete", f"{path}/{scope['id']}")
        try:
            yield
        finally:
            for scope in taken:
                realm.send("put", f"{path}/{scope['id']}", {})

    return changed


def scope_added(name: str, kind: str) -> Change:
    """The client has one more client scope. kind: default or optional."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, of_client = Realm(site), f"clients/{client_of(site)['id']}"
        scope = realm.named("client-scopes", name)["id"]
        had = [
            k for k in ("default", "optional") for s in realm.get(f"{of_client}/{k}-client-scopes") if s["id"] == scope
        ]
        for before in had:
            realm.send("delete", f"{of_client}/{before}-client-scopes/{scope}")
        realm.send("put", f"{of_client}/{kind}-client-scopes/{scope}", {})
        try:
            yield
        finally:
            realm.send("delete", f"{of_client}/{kind}-client-scopes/{scope}")
            for before in had:
                realm.send("put", f"{of_client}/{before}-client-scopes/{scope}", {})

    return changed


def hardcoded(claim: str, value: str, kind: str = "String") -> Change:
    """A mapper of the client's own sets a claim for everybody."""
    return own_mapper(HARDCODED, claim__name=claim, claim__value=value, jsonType__label=kind)


def attribute_claim(claim: str, user_attribute: str, **config: str) -> Change:
    """A mapper of the client's own makes a claim of a user attribute."""
    given = {"user__attribute": user_attribute, "claim__name": claim, "jsonType__label": "String", **config}
    return own_mapper(ATTRIBUTE, **given)


FIELDS: dict[str, Change] = {
    "client by signed JWT": client_with(clientAuthenticatorType="client-secret-jwt"),
    "client by a JWT of a federation": client_with(clientAuthenticatorType="federated-jwt"),
    "client of another protocol": client_with(protocol="saml"),
    "client public and disabled": client_with(publicClient=True, enabled=False),
    "client revoked until yesterday": client_with(notBefore=int(time.time()) - 86400),
    "redirect URI over https": client_with(redirectUris=["https://localhost/auth/login/keycloak/callback"]),
    "redirect URI with a slash more": lambda site: client_with(
        redirectUris=[f"{site.cells.url}/auth/login/keycloak/callback/"]
    )(site),
    "redirect URI in capitals": lambda site: client_with(
        redirectUris=[f"{site.cells.url}/auth/login/Keycloak/callback"]
    )(site),
    "redirect URI with a query": lambda site: client_with(
        redirectUris=[f"{site.cells.url}/auth/login/keycloak/callback?x=1"]
    )(site),
    "redirect URI with a fragment-like star": lambda site: client_with(
        redirectUris=[f"{site.cells.url}/auth/login/keycloak/callback*"]
    )(site),
    "redirect URI of a folder": lambda site: client_with(redirectUris=[f"{site.cells.url}/auth/*"])(site),
    "redirect URI of the path only": client_with(redirectUris=["/auth/login/keycloak/callback"]),
    "redirect URI with a star for all paths": client_with(redirectUris=["/*"]),
    "redirect URI of everything": client_with(redirectUris=["*"]),
    "redirect URI among others": lambda site: client_with(
        redirectUris=["https://other.example.org/*", f"{site.cells.url}/auth/login/keycloak/callback"]
    )(site),
    "redirect URI of another port": client_with(redirectUris=["http://localhost:1/auth/login/keycloak/callback"]),
    "redirect URI by number": lambda site: client_with(
        redirectUris=[f"{site.cells.url}/auth/login/keycloak/callback".replace("localhost", "127.0.0.1")]
    )(site),
    "root URL of another host": client_with(rootUrl="https://other.example.org"),
    "root URL empty": client_with(rootUrl=""),
    "admin URL": client_with(adminUrl="https://other.example.org"),
    "web origin of another host": client_with(webOrigins=["https://other.example.org"]),
    "web origin plus": client_with(webOrigins=["+"]),
    "web origin star": client_with(webOrigins=["*"]),
    "client without direct naming": client_with(name="", description=""),
    "node registration": client_with(nodeReRegistrationTimeout=30),
    "authorization services": client_with(serviceAccountsEnabled=True, authorizationServicesEnabled=True),
    "standard and implicit swapped": client_with(standardFlowEnabled=False, implicitFlowEnabled=True),
    "full scope off, no consent": client_with(fullScopeAllowed=False, consentRequired=False),
    "consent with display": client_with(consentRequired=True, attributes={"display.on.consent.screen": "true"}),
}
"""Fields of ClientRepresentation."""

ATTRIBUTES: dict[str, Change] = {
    **{f"ID token {name}": attribute("id.token.signed.response.alg", name) for name in SIGNATURES},
    **{f"access token {name}": attribute("access.token.signed.response.alg", name) for name in ("ES256", "PS256")},
    **{f"userinfo {name}": attribute("user.info.response.signature.alg", name) for name in ("ES256", "HS256", "PS256")},
    **{f"ID token encrypted by {name}": attribute("id.token.encrypted.response.alg", name) for name in ENCRYPTIONS},
    **{f"userinfo encrypted by {name}": attribute("user.info.encrypted.response.alg", name) for name in ENCRYPTIONS},
    "encoding without encryption": attribute("id.token.encrypted.response.enc", "A256GCM"),
    "userinfo encoding without encryption": attribute("user.info.encrypted.response.enc", "A256GCM"),
    "authorization answer signed": attribute("authorization.signed.response.alg", "PS256"),
    "authorization answer encrypted": attribute("authorization.encrypted.response.alg", "RSA-OAEP"),
    "request object signed": attribute("request.object.signature.alg", "RS256"),
    "request object any": attribute("request.object.signature.alg", "any"),
    "request object by value": attribute("request.object.required", "request"),
    "request object by reference": attribute("request.object.required", "request_uri"),
    "request object not required": attribute("request.object.required", "not required"),
    "request object encrypted": attribute("request.object.encryption.alg", "RSA-OAEP"),
    "request URIs": attribute("request.uris", "https://other.example.org/*"),
    "token endpoint signed by RS256": attribute("token.endpoint.auth.signing.alg", "RS256"),
    "max age zero": attribute("default.max.age", "0"),
    "max age an hour": attribute("default.max.age", "3600"),
    "acr values": attribute("default.acr.values", "1"),
    "acr map": attribute("acr.loa.map", '{"gold": 2}'),
    "acr required as minimum": attribute("minimum.acr.value", "1"),
    "sector identifier": attribute("sector.identifier.uri", "https://other.example.org/list.json"),
    "client session max": attribute("client.session.max.lifespan", "60"),
    "client offline session": attribute("client.offline.session.idle.timeout", "60"),
    "tokens of five minutes": attribute("access.token.lifespan", "300"),
    "tokens of a minute": attribute("access.token.lifespan", "60"),
    "tokens without end": attribute("access.token.lifespan", "-1"),
    "tokens of no time": attribute("access.token.lifespan", "0"),
    "token header type": attribute("access.token.header.type.rfc9068", "true"),
    "token exchange": attribute("standard.token.exchange.enabled", "true"),
    "CIBA": attribute("oidc.ciba.grant.enabled", "true"),
    "JWT authorization grant": attribute("oauth2.jwt.authorization.grant.enabled", "true"),
    "refresh by credentials": attribute("client_credentials.use_refresh_token", "true"),
    "token answer of lower case": attribute("token.response.type.bearer.lower-case", "true"),
    "backchannel logout": attribute("backchannel.logout.url", "https://other.example.org/logout"),
    "front-channel logout URL": attribute("frontchannel.logout.url", "https://other.example.org/logout"),
    "logo": attribute("logoUri", "https://other.example.org/logo.png"),
    "policy URI": attribute("policyUri", "https://other.example.org/policy"),
    "terms URI": attribute("tosUri", "https://other.example.org/terms"),
    "JWKS by URL": attribute("use.jwks.url", "true"),
    "secret that expired": attribute("client.secret.expiration.time", "1"),
    "secret that expires soon": attribute("client.secret.expiration.time", str(int(time.time()) + 86400)),
    "consent screen text": attribute("consent.screen.text", "Cells"),
    "theme that is not there": attribute("login_theme", "nobodys-theme"),
    "PKCE of an unknown kind": attribute("pkce.code.challenge.method", "S512"),
    "DPoP off by a text": attribute("dpop.bound.access.tokens", "false"),
    "exclude both": client_with(
        attributes={"exclude.issuer.from.auth.response": "true", "exclude.session.state.from.auth.response": "true"}
    ),
    "no refresh tokens, offline": client_with(
        attributes={"use.refresh.tokens": "false", "client.offline.session.max.lifespan": "60"}
    ),
    "an attribute of nobody": attribute("nobodys.attribute", "1"),
}
"""Attributes of the client."""

SCOPES: dict[str, Change] = {
    "groups only": no_scope_but("cellsscope"),
    "basic and groups only": no_scope_but("cellsscope", "basic"),
    "what is needed only": no_scope_but("cellsscope", "basic", "email", "profile"),
    "without groups and email": no_scope_but("basic", "profile"),
    "phone as default": scope_added("phone", "default"),
    "address as default": scope_added("address", "default"),
    "microprofile as default": scope_added("microprofile-jwt", "default"),
    "organization as default": scope_added("organization", "default"),
    "offline access as default": scope_added("offline_access", "default"),
    "service account scope as default": scope_added("service_account", "default"),
    "basic optional": scope_added("basic", "optional"),
    "roles optional": scope_added("roles", "optional"),
    "web-origins optional": scope_added("web-origins", "optional"),
    "acr optional": scope_added("acr", "optional"),
}
"""Assigned client scopes."""

MAPPERS: dict[str, Change] = {
    "address empty": hardcoded("email", ""),
    "address as a list": hardcoded("email", '["dora@example.com"]', "JSON"),
    "address verified": hardcoded("email_verified", "true", "boolean"),
    "address not verified": hardcoded("email_verified", "false", "boolean"),
    "address verified as text": hardcoded("email_verified", "yes"),
    "subject overwritten": hardcoded("sub", "somebody"),
    "issuer overwritten": hardcoded("iss", "https://other.example.org"),
    "audience overwritten": hardcoded("aud", "other"),
    "expiry overwritten": hardcoded("exp", "1", "long"),
    "issue time overwritten": hardcoded("iat", "1", "long"),
    "nonce overwritten": hardcoded("nonce", "other"),
    "authorized party overwritten": hardcoded("azp", "other"),
    "type overwritten": hardcoded("typ", "Other"),
    "session overwritten": hardcoded("sid", "other"),
    "scope overwritten": hardcoded("scope", "openid"),
    "name overwritten": hardcoded("name", "Somebody"),
    "login name overwritten": hardcoded("preferred_username", "somebody"),
    "groups empty": hardcoded(GROUPS, "[]", "JSON"),
    "groups as JSON": hardcoded(GROUPS, '["Test_DEM_WebUsers","Test_Etrange_Gov"]', "JSON"),
    "groups as an object": hardcoded(GROUPS, '{"a": 1}', "JSON"),
    "groups from another attribute": attribute_claim(GROUPS, "description"),
    "groups of one value too": attribute_claim(GROUPS, GROUPS),
    "groups twice": attribute_claim(GROUPS, GROUPS, multivalued="true", aggregate__attrs="true"),
    "email from another attribute": attribute_claim("email", "description"),
    "email from the attribute": attribute_claim("email", "email"),
    "email of several values": attribute_claim("email", "email", multivalued="true"),
    "email of the id token only": attribute_claim("email", "email", userinfo__token__claim="false"),
    "name from an attribute": attribute_claim("name", "displayName"),
    "pairwise subject": own_mapper("oidc-sha256-pairwise-sub-mapper", pairwiseSubAlgorithmSalt="salt"),
    "audience of a client": own_mapper("oidc-audience-mapper", included__client__audience="account"),
    "audience resolved": own_mapper("oidc-audience-resolve-mapper"),
    "group membership as the claim": own_mapper("oidc-group-membership-mapper", claim__name=GROUPS, full__path="false"),
    "group membership as another claim": own_mapper("oidc-group-membership-mapper", claim__name="kcgroups"),
    "realm roles as the claim": own_mapper(
        "oidc-usermodel-realm-role-mapper", claim__name=GROUPS, multivalued="true", jsonType__label="String"
    ),
    "client roles as another claim": own_mapper(
        "oidc-usermodel-client-role-mapper", claim__name="clientroles", multivalued="true", jsonType__label="String"
    ),
    "session note as a claim": own_mapper(
        "oidc-usersessionmodel-note-mapper",
        user__session__note="AUTH_TIME",
        claim__name="since",
        jsonType__label="String",
    ),
    "nonce for older clients": own_mapper("oidc-nonce-backwards-compatible-mapper"),
    "hardcoded role": own_mapper("oidc-hardcoded-role-mapper", role="offline_access"),
    "acr mapper": own_mapper("oidc-acr-mapper"),
    "allowed origins mapper": own_mapper("oidc-allowed-origins-mapper"),
    "session state mapper": own_mapper("oidc-session-state-mapper"),
    "property as the claim": own_mapper(
        "oidc-usermodel-property-mapper", user__attribute="username", claim__name=GROUPS, jsonType__label="String"
    ),
    "two harmless mappers": all_of(hardcoded("colour", "red"), client_with(description="Two")),
}
"""Protocol mappers of the client's own."""

CHANGES = {**FIELDS, **ATTRIBUTES, **SCOPES, **MAPPERS}
