# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single changes to a healthy site, of settings that the servers offer; each puts the site back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from lab.site import Site
from support.changes import of_cells, of_client, of_realm, of_scopes, of_users
from support.changes.change import (
    Change,
    audience,
    claim_mapper_with,
    client_with,
    component_with,
    connector_with,
    dotted,
    no_ldap_mapper,
    own_mapper,
    realm_with,
    rule,
    scope_assigned,
)
from support.changes.of_client import attribute
from support.console import Realm, client_of

FAR = 10**5
"""Seconds: longer than any test."""
ATTRIBUTE = "oidc-usermodel-attribute-mapper"


def attributes(**values: str) -> Change:
    """The client has some attributes; two underscores stand for a dot."""
    return client_with(attributes=dotted(values))


def ahead(where: Any) -> Change:
    """Tokens are revoked until a time in the future. where: client_with or realm_with."""
    broken: Change = where(notBefore=int(time.time()) + FAR)
    return broken


@contextmanager
def flow_override(site: Site) -> Iterator[None]:
    """The client has a browser flow of its own, which asks for no name."""
    realm = Realm(site)
    path = f"clients/{client_of(site)['id']}"
    (flow,) = (flow["id"] for flow in realm.get("authentication/flows") if flow["alias"] == "direct grant")
    realm.send("put", path, {"authenticationFlowBindingOverrides": {"browser": flow}})
    try:
        yield
    finally:
        realm.send("put", path, {"authenticationFlowBindingOverrides": {"browser": ""}})


def second_ldap_mapper(name: str) -> Change:
    """There is another LDAP mapper for a user attribute."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        mapper = realm.named("components", "memberOf to group")
        config = {**mapper["config"], "user.model.attribute": [name]}
        body = {key: value for key, value in mapper.items() if key != "id"}
        with realm.added("components", {**body, "name": "my-old-mapper", "config": config}):
            yield

    return changed


def dora_with(**fields: Any) -> Change:
    """Keycloak's own record of the user has other values."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        user = _dora(realm)
        before = {key: user.get(key, [] if isinstance(value, list) else None) for key, value in fields.items()}
        realm.send("put", f"users/{user['id']}", {**user, **fields})
        try:
            yield
        finally:
            realm.send("put", f"users/{user['id']}", {**user, **before})

    return changed


def _dora(realm: Realm) -> dict[str, Any]:
    """Return Keycloak's record of the user; while another session imports it, Keycloak shows nobody."""
    for _try in range(5):
        for user in realm.get("users", username="dora", exact="true"):
            return dict(user)
        time.sleep(1)
    raise AssertionError("Keycloak has no user dora")


@contextmanager
def locked_out(site: Site) -> Iterator[None]:
    """Somebody has failed to log in as dora too often."""
    realm = Realm(site)
    with realm_with(bruteForceProtected=True, failureFactor=1, waitIncrementSeconds=FAR)(site):
        with client_with(directAccessGrantsEnabled=True)(site):
            client = client_of(site)
            form = {"grant_type": "password", "username": "dora", "password": "wrong-password-of-dora-0123456789"}
            form |= {"client_id": client["clientId"], "client_secret": client["secret"]}
            for _try in range(3):
                requests.post(f"{site.issuer}/protocol/openid-connect/token", data=form, timeout=30)
        try:
            yield
        finally:
            realm.send("delete", "attack-detection/brute-force/users")


def scope_needs_role(name: str) -> Change:
    """A client scope is only for users with a role that dora does not have."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        scope = realm.named("client-scopes", name)["id"]
        realm.send("post", "roles", {"name": "nobodys-role"})
        role = realm.get("roles/nobodys-role")
        realm.send("post", f"client-scopes/{scope}/scope-mappings/realm", [role])
        try:
            yield
        finally:
            realm.send("delete", "roles/nobodys-role")

    return changed


FIRST: dict[str, Change] = {
    # The client: settings that prevent a code flow, or Cells' part in it.
    "client disabled": client_with(enabled=False),
    "client public": client_with(publicClient=True),
    "client bearer-only": client_with(bearerOnly=True),
    "client by JWT": client_with(clientAuthenticatorType="client-jwt"),
    "client by certificate": client_with(clientAuthenticatorType="client-x509"),
    "standard flow off": client_with(standardFlowEnabled=False),
    "another secret": client_with(secret="another-secret-of-the-client-0123456789"),
    "consent": client_with(consentRequired=True),
    "client revoked ahead": ahead(client_with),
    "PKCE S256": attribute("pkce.code.challenge.method", "S256"),
    "PKCE plain": attribute("pkce.code.challenge.method", "plain"),
    "pushed requests only": attribute("require.pushed.authorization.requests", "true"),
    "request objects only": attribute("request.object.required", "request or request_uri"),
    "certificate-bound tokens": attribute("tls.client.certificate.bound.access.tokens", "true"),
    "DPoP-bound tokens": attribute("dpop.bound.access.tokens", "true"),
    "lightweight tokens": attribute("client.use.lightweight.access.token.enabled", "true"),
    "ID token HS256": attribute("id.token.signed.response.alg", "HS256"),
    "ID token HS512": attribute("id.token.signed.response.alg", "HS512"),
    "ID token ES256": attribute("id.token.signed.response.alg", "ES256"),
    "ID token PS256": attribute("id.token.signed.response.alg", "PS256"),
    "ID token EdDSA": attribute("id.token.signed.response.alg", "EdDSA"),
    "ID token encrypted": attributes(
        id__token__encrypted__response__alg="RSA-OAEP", id__token__encrypted__response__enc="A256GCM"
    ),
    "userinfo signed": attribute("user.info.response.signature.alg", "RS256"),
    "userinfo encrypted": attributes(
        user__info__encrypted__response__alg="RSA-OAEP", user__info__encrypted__response__enc="A256GCM"
    ),
    "flow of its own": flow_override,
    "no redirect URI": client_with(redirectUris=[]),
    "redirect URI of another path": client_with(redirectUris=["http://localhost/auth/login/other/callback"]),
    "wildcard in the host": client_with(redirectUris=["http://localhost*"]),
    # The client: harmless.
    "client of another name": client_with(name="Another", description="Another client"),
    "implicit flow too": client_with(implicitFlowEnabled=True),
    "direct access too": client_with(directAccessGrantsEnabled=True),
    "service account too": client_with(serviceAccountsEnabled=True),
    "full scope off": client_with(fullScopeAllowed=False),
    "no web origin": client_with(webOrigins=[]),
    "no home URL": client_with(baseUrl=""),
    "front-channel logout": client_with(frontchannelLogout=True),
    "always in the console": client_with(alwaysDisplayInConsole=True),
    "surrogate authentication": client_with(surrogateAuthRequired=True),
    "no refresh tokens": attribute("use.refresh.tokens", "false"),
    "no issuer in the answer": attribute("exclude.issuer.from.auth.response", "true"),
    "no session state in the answer": attribute("exclude.session.state.from.auth.response", "true"),
    "access token HS256": attribute("access.token.signed.response.alg", "HS256"),
    "another theme": attribute("login_theme", "keycloak"),
    "post-logout URI": attribute("post.logout.redirect.uris", "+"),
    "device flow too": attribute("oauth2.device.authorization.grant.enabled", "true"),
    "short client session": attribute("client.session.idle.timeout", "60"),
    "PKCE off by a text": attribute("pkce.code.challenge.method", ""),
    "pushed requests off by a text": attribute("require.pushed.authorization.requests", "false"),
    "tokens of an hour": attribute("access.token.lifespan", "3600"),
    "wildcard in the path": lambda site: client_with(redirectUris=[f"{site.cells.url}/*"])(site),
    # Client scopes and protocol mappers.
    "groups not assigned": scope_assigned("cellsscope"),
    "groups optional": scope_assigned("cellsscope", "optional"),
    "basic not assigned": scope_assigned("basic"),
    "email not assigned": scope_assigned("email"),
    "email optional": scope_assigned("email", "optional"),
    "profile not assigned": scope_assigned("profile"),
    "profile optional": scope_assigned("profile", "optional"),
    "roles not assigned": scope_assigned("roles"),
    "web-origins not assigned": scope_assigned("web-origins"),
    "acr not assigned": scope_assigned("acr"),
    "groups for a role": scope_needs_role("cellsscope"),
    "email for a role": scope_needs_role("email"),
    "claim of another name": claim_mapper_with(claim__name="groups"),
    "claim with a dot": claim_mapper_with(claim__name="cells.groups"),
    "claim of another attribute": claim_mapper_with(user__attribute="groups"),
    "claim of one value": claim_mapper_with(multivalued="false"),
    "claim of another type": claim_mapper_with(jsonType__label="boolean"),
    "claim not in the ID token": claim_mapper_with(id__token__claim="false"),
    "claim not in userinfo": claim_mapper_with(userinfo__token__claim="false"),
    "claim not in the access token": claim_mapper_with(access__token__claim="false"),
    "claim in the access token only": claim_mapper_with(id__token__claim="false", userinfo__token__claim="false"),
    "claim not aggregated": claim_mapper_with(aggregate__attrs="false"),
    "address made up by a mapper": own_mapper(
        "oidc-hardcoded-claim-mapper", claim__name="email", claim__value="dora@example.com", jsonType__label="String"
    ),
    "address turned into a number": own_mapper(
        "oidc-hardcoded-claim-mapper", claim__name="email", claim__value="7", jsonType__label="int"
    ),
    "groups overwritten by a mapper": own_mapper(
        "oidc-hardcoded-claim-mapper", claim__name="cellsgroups", claim__value="nobody", jsonType__label="String"
    ),
    "audience mapper": own_mapper("oidc-audience-mapper", included__custom__audience="https://other.example.org"),
    "another claim": own_mapper(ATTRIBUTE, user__attribute="locale", claim__name="locale", jsonType__label="String"),
    # The LDAP provider and its mappers.
    "provider disabled": component_with("ldap", enabled="false"),
    "provider without import": component_with("ldap", importEnabled="false"),
    "provider of another DN": component_with("ldap", usersDn="ou=nobody,dc=example,dc=org"),
    "provider of another key": component_with("ldap", usernameLDAPAttribute="mail"),
    "provider with a filter": component_with("ldap", customUserSearchFilter="(uid=nobody)"),
    "provider of another server": component_with("ldap", connectionUrl="ldap://127.0.0.1:9"),
    "provider trusts addresses": component_with("ldap", trustEmail="true"),
    "provider with a cache": component_with("ldap", cachePolicy="DEFAULT"),
    "provider with pages": component_with("ldap", pagination="true"),
    "provider that writes": component_with("ldap", editMode="UNSYNCED"),
    "mapper missing": no_ldap_mapper,
    "mapper from another attribute": component_with("memberOf to group", ldap__attribute="description"),
    "mapper to another attribute": component_with("memberOf to group", user__model__attribute="groups"),
    "mapper that keeps": component_with("memberOf to group", always__read__value__from__ldap="false"),
    "mapper that writes": component_with("memberOf to group", read__only="false"),
    "mapper in other letters": component_with("memberOf to group", ldap__attribute="MEMBEROF"),
    "two mappers of an attribute": second_ldap_mapper("cellsgroups"),
    "a mapper of another attribute": second_ldap_mapper("othergroups"),
    "address from another attribute": component_with("email", ldap__attribute="description"),
    # The realm.
    "realm disabled": realm_with(enabled=False),
    "realm over https only": realm_with(sslRequired="all"),
    "realm revoked ahead": ahead(realm_with),
    "realm with another flow": realm_with(browserFlow="direct grant"),
    "realm signs HS256": realm_with(defaultSignatureAlgorithm="HS256"),
    "realm signs ES256": realm_with(defaultSignatureAlgorithm="ES256"),
    "realm verifies addresses": realm_with(verifyEmail=True),
    "realm with brute force detection": realm_with(bruteForceProtected=True),
    "realm with organizations": realm_with(organizationsEnabled=True),
    "realm remembers": realm_with(rememberMe=True),
    "realm with registration": realm_with(registrationAllowed=True),
    "realm with edited names": realm_with(editUsernameAllowed=True),
    "realm with other sessions": realm_with(ssoSessionIdleTimeout=600, ssoSessionMaxLifespan=3600),
    "realm with events": realm_with(eventsEnabled=True, adminEventsEnabled=True),
    "realm revokes refresh tokens": realm_with(revokeRefreshToken=True),
    "realm of another title": realm_with(displayName="Another"),
    "realm with a password policy": realm_with(passwordPolicy="length(64)"),
    # The user.
    "user disabled": dora_with(enabled=False),
    "user has to change the password": dora_with(requiredActions=["UPDATE_PASSWORD"]),
    "user has to agree to terms": dora_with(requiredActions=["TERMS_AND_CONDITIONS"]),
    "user has to set up a second factor": dora_with(requiredActions=["CONFIGURE_TOTP"]),
    "user locked out": locked_out,
    "profile not verified": of_realm.required_action("VERIFY_PROFILE", enabled=False),
    # Cells.
    "connector with an earlier secret": connector_with(clientSecret="an-earlier-secret-of-the-client-0123456789"),
    "connector of another client": connector_with(clientID="account"),
    "issuer with a slash": connector_with(issuer=lambda issuer: f"{issuer}/"),
    "another redirect URI": connector_with(redirectURI=lambda uri: uri.replace("/keycloak/", "/old/")),
    "a scope that nobody has": connector_with(scopes=["openid", "profile", "email", "nobodys-scope"]),
    "fewer scopes": connector_with(scopes=["openid", "email"]),
    "no scopes": connector_with(scopes=[]),
    "openid only": connector_with(scopes=["openid"]),
    "an optional scope": connector_with(scopes=["openid", "profile", "email", "phone"]),
    "no userinfo": connector_with(getUserInfo=False),
    "basic authentication": connector_with(basicAuthUnsupported=False),
    "verified addresses only": connector_with(insecureSkipEmailVerified=False),
    "user by name": connector_with(userIDKey="sub", userNameKey="preferred_username"),
    "user by a claim that is missing": connector_with(userIDKey="uuid"),
    "name by a claim of several values": connector_with(userNameKey="cellsgroups"),
    "a hosted domain": connector_with(hostedDomains=["example.org"]),
    "no rule": connector_with(mappingRules=[]),
    "a rule for another claim": rule(LeftAttribute="groups"),
    "a rule for another attribute": rule(RightAttribute="GroupPath"),
    "a rule that keeps none": rule(RuleString="Nobody"),
    "a rule that keeps all": rule(RuleString="preg:Test_.*"),
    "a rule that RE2 refuses": rule(RuleString="preg:^(?!Test)"),
    "no audience": audience([]),
    "another audience": audience(["https://other.example.org"]),
    "two audiences": lambda site: audience([site.cells.url, "https://other.example.org"])(site),
}
"""The settings that the guide names, and those that public reports tell of."""

CHANGES: dict[str, Change] = {
    **FIRST,
    **of_client.CHANGES,
    **of_scopes.CHANGES,
    **of_users.CHANGES,
    **of_realm.CHANGES,
    **of_cells.CHANGES,
}
"""Every change, by a name that describes it.

Tokens that are valid for one second are left out, because they depend on the speed of the machine. The doctor calls
them broken.
"""

FIXED = (
    *("client disabled", "client public", "client bearer-only", "client by JWT", "standard flow off", "another secret"),
    *("consent", "PKCE S256", "pushed requests only", "DPoP-bound tokens", "lightweight tokens", "ID token HS256"),
    *("ID token ES256", "ID token encrypted", "userinfo signed", "no redirect URI", "redirect URI of another path"),
    *("client of another name", "full scope off", "no web origin", "tokens of an hour", "groups not assigned"),
    *("groups optional", "basic not assigned", "email not assigned", "profile optional", "claim of another name"),
    *("claim of one value", "claim in the access token only", "address turned into a number"),
    *("groups overwritten by a mapper", "subject overwritten", "audience mapper", "provider disabled"),
    *("provider trusts addresses", "mapper missing", "mapper from another attribute", "two mappers of an attribute"),
    *("two mappers of the last name", "address from another attribute", "second provider before", "realm disabled"),
    *("realm over https only", "realm signs HS256", "realm with another flow", "realm with organizations"),
    *("second factor for all", "own flow of the form and OTP", "own flow of name, then password", "policy of DPoP"),
    *("policy of certificates", "policy of sessions", "policy for another client"),
    *("profile that requires a department", "user disabled", "user locked out", "connector with an earlier secret"),
    *("issuer with a slash", "no audience", "two audiences"),
)
"""Those that continuous integration tries: some of each kind, about half of them harmless."""

_NOT_KNOWN = "Whether Cells refuses an address that is not verified is an open question, so the doctor warns."
_MORE_GROUPS = "Somebody may add a group on purpose, so the doctor warns of it."
_OTHER_ID = (
    "Cells does not show by which id it knows a user, so the doctor cannot see that another one would be refused."
)
_RULES_OF_OTHERS = "The role adds its rule and keeps those of others, which give more roles."
EXPLAINED: dict[str, str] = {
    "rule for the subject": _RULES_OF_OTHERS,
    "user by the login name": _OTHER_ID,
    "groups overwritten by a mapper": _MORE_GROUPS,
    "scope sets the groups": _MORE_GROUPS,
    "groups scope sets the claim": _MORE_GROUPS,
    "verified addresses only": _NOT_KNOWN,
    "no userinfo, verified only": _NOT_KNOWN,
}
"""Changes by which doctor or role disagree with the login, and why that is as it should be."""
