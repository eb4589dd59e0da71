# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single changes of the realm: its settings, flows, keys, policies, user profile and required actions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.site import Site
from support.changes.change import Change, all_of, client_with, realm_with
from support.console import Realm, client_of

KEYS = "org.keycloak.keys.KeyProvider"
BROWSER = "browser"


def attribute(name: str, value: str) -> Change:
    """The realm has an attribute."""
    return realm_with(attributes={name: value})


def execution(flow: str, title: str, requirement: str) -> Change:
    """A step of a flow is required, alternative, conditional or disabled. title: displayName of the execution."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, path = Realm(site), f"authentication/flows/{flow}/executions"
        before, *_others = (each for each in realm.get(path) if each["displayName"] == title)
        with realm.replaced(path, before, {**before, "requirement": requirement}):
            yield

    return changed


def flow_of(*providers: str, config: dict[str, dict[str, str]] | None = None, of_client: bool = False) -> Change:
    """Logins follow a flow of these required steps. config: of a step. of_client: only those of the client."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, alias = Realm(site), "another"
        body = {"alias": alias, "providerId": "basic-flow", "topLevel": True, "builtIn": False}
        realm.send("post", "authentication/flows", body)
        path = f"authentication/flows/{alias}/executions"
        for provider in providers:
            realm.send("post", f"{path}/execution", {"provider": provider})
        for step in realm.get(path):
            realm.send("put", path, {**step, "requirement": "REQUIRED"})
            settings = (config or {}).get(step["providerId"])
            if settings:
                realm.send(
                    "post", f"authentication/executions/{step['id']}/config", {"alias": "own", "config": settings}
                )
        (flow,) = (each["id"] for each in realm.get("authentication/flows") if each["alias"] == alias)
        uses = (
            client_with(authenticationFlowBindingOverrides={"browser": flow})
            if of_client
            else realm_with(browserFlow=alias)
        )
        with uses(site):
            yield
        if of_client:
            realm.send(
                "put", f"clients/{client_of(site)['id']}", {"authenticationFlowBindingOverrides": {"browser": ""}}
            )
        realm.send("delete", f"authentication/flows/{flow}")

    return changed


def step_config(flow: str, title: str, **config: str) -> Change:
    """A step of a flow has a configuration."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        (step,) = (e for e in realm.get(f"authentication/flows/{flow}/executions") if e["displayName"] == title)
        realm.send("post", f"authentication/executions/{step['id']}/config", {"alias": "own", "config": config})
        yield

    return changed


def policy(executor: str, condition: str = "any-client", on: dict[str, Any] | None = None, **config: Any) -> Change:
    """A client policy of the realm. executor and condition: ids of providers; config: of the executor."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        given = {key.replace("_", "-"): value for key, value in config.items()}
        profile = {"name": "own", "executors": [{"executor": executor, "configuration": given}]}
        conditions = [{"condition": condition, "configuration": on or {}}]
        rule = {"name": "own", "enabled": True, "conditions": conditions, "profiles": ["own"]}
        realm.send("put", "client-policies/profiles", {"profiles": [profile]})
        realm.send("put", "client-policies/policies", {"policies": [rule]})
        try:
            yield
        finally:
            realm.send("put", "client-policies/policies", {"policies": []})
            realm.send("put", "client-policies/profiles", {"profiles": []})

    return changed


def keys_with(name: str, **config: str) -> Change:
    """A key provider of the realm has another configuration."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        (before,) = (c for c in realm.get("components", type=KEYS) if c["name"] == name)
        given = {key: [value] for key, value in config.items()}
        with realm.replaced(f"components/{before['id']}", before, {**before, "config": {**before["config"], **given}}):
            yield

    return changed


def keys_added(provider: str, **config: str) -> Change:
    """The realm has one more key provider."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        given = {"priority": ["200"], **{key: [value] for key, value in config.items()}}
        body = {"name": "own", "providerId": provider, "providerType": KEYS, "config": given}
        with realm.added("components", body):
            yield

    return changed


def profile_with(change: Any) -> Change:
    """The user profile is another one. change: a function that changes UPConfig."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        before, after = realm.get("users/profile"), realm.get("users/profile")
        change(after)
        with realm.replaced("users/profile", before, after):
            yield

    return changed


def declared(name: str, **about: Any) -> Change:
    """The user profile has one more attribute."""
    both = {"view": ["admin", "user"], "edit": ["admin", "user"]}
    return profile_with(lambda p: p["attributes"].append({"name": name, "permissions": both, **about}))


def redeclared(name: str, **about: Any) -> Change:
    """The user profile says something else of an attribute."""
    return profile_with(lambda p: next(a for a in p["attributes"] if a["name"] == name).update(about))


def required_action(alias: str, /, **fields: Any) -> Change:
    """A required action of the realm has other values."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, path = Realm(site), f"authentication/required-actions/{alias}"
        before = realm.get(path)
        with realm.replaced(path, before, {**before, **fields}):
            yield

    return changed


def identity_provider(**fields: Any) -> Change:
    """The realm has an identity provider."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        url = f"{site.issuer}/other"
        config = {
            "clientId": "x",
            "clientSecret": "a-secret-of-nobody-0123456789",
            "authorizationUrl": url,
            "tokenUrl": url,
        }
        body = {"alias": "other", "providerId": "oidc", "enabled": True, "config": config, **fields}
        realm.send("post", "identity-provider/instances", body)
        try:
            yield
        finally:
            realm.send("delete", "identity-provider/instances/other")

    return changed


def default_role(name: str) -> Change:
    """Users get one more role."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        realm.send("post", "roles", {"name": name})
        realm.send("post", f"roles/default-roles-{site.realm}/composites", [realm.get(f"roles/{name}")])
        try:
            yield
        finally:
            realm.send("delete", f"roles/{name}")

    return changed


def default_scope(name: str) -> Change:
    """New clients of the realm do not get a scope."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        path = f"default-default-client-scopes/{realm.named('client-scopes', name)['id']}"
        realm.send("delete", path)
        try:
            yield
        finally:
            realm.send("put", path, {})

    return changed


FORM = "auth-username-password-form"

SETTINGS: dict[str, Change] = {
    "realm over https from outside": realm_with(sslRequired="external"),
    "realm over http": realm_with(sslRequired="none"),
    "realm revoked until yesterday": realm_with(notBefore=int(time.time()) - 86400),
    **{
        f"realm signs {name}": realm_with(defaultSignatureAlgorithm=name)
        for name in ("RS512", "PS256", "EdDSA", "HS512")
    },
    "frontend URL of another host": attribute("frontendUrl", "https://sso.example.org"),
    "frontend URL of another path": lambda site: attribute("frontendUrl", f"{site.lab.keycloak.url}/sso")(site),
    "frontend URL by number": lambda site: attribute(
        "frontendUrl", site.lab.keycloak.url.replace("localhost", "127.0.0.1")
    )(site),
    "frontend URL as it is": lambda site: attribute("frontendUrl", site.lab.keycloak.url)(site),
    "admin URL of another host": attribute("adminFrontendUrl", "https://sso.example.org"),
    "acr map of the realm": attribute("acr.loa.map", '{"gold": 2}'),
    "tokens of a minute by the realm": realm_with(accessTokenLifespan=60),
    "tokens of a day by the realm": realm_with(accessTokenLifespan=86400),
    "codes of a minute": realm_with(accessCodeLifespan=60),
    "codes of ten seconds": realm_with(accessCodeLifespan=10),
    "login within a minute": realm_with(accessCodeLifespanLogin=60),
    "sessions of a minute": realm_with(ssoSessionIdleTimeout=60, ssoSessionMaxLifespan=120),
    "client sessions of a minute": realm_with(clientSessionIdleTimeout=60, clientSessionMaxLifespan=60),
    "offline sessions end": realm_with(offlineSessionMaxLifespanEnabled=True),
    "refresh tokens once": realm_with(revokeRefreshToken=True, refreshTokenMaxReuse=0),
    "no login by address": realm_with(loginWithEmailAllowed=False),
    "addresses are names": realm_with(registrationEmailAsUsername=True),
    "addresses may be twice": realm_with(loginWithEmailAllowed=False, duplicateEmailsAllowed=True),
    "forgotten passwords": realm_with(resetPasswordAllowed=True),
    "several languages": realm_with(
        internationalizationEnabled=True, supportedLocales=["de", "en"], defaultLocale="de"
    ),
    "a right-to-left language": realm_with(
        internationalizationEnabled=True, supportedLocales=["ar"], defaultLocale="ar"
    ),
    "another login theme": realm_with(loginTheme="keycloak"),
    "the oldest login theme": realm_with(loginTheme="base"),
    "title with markup": realm_with(displayNameHtml="<b>Another</b>"),
    "user-managed access": realm_with(userManagedAccessAllowed=True),
    "fine-grained permissions": realm_with(adminPermissionsEnabled=True),
    "verifiable credentials": realm_with(verifiableCredentialsEnabled=True),
    "lockout for good": realm_with(bruteForceProtected=True, permanentLockout=True),
    "lockout after one": realm_with(bruteForceProtected=True, failureFactor=1),
    "OTP policy": realm_with(otpPolicyType="hotp", otpPolicyDigits=8),
    "strict browser headers": realm_with(browserSecurityHeaders={"contentSecurityPolicy": "default-src 'none'"}),
    "mail server": realm_with(smtpServer={"host": "127.0.0.1", "from": "a@example.com"}),
    "default groups": realm_with(defaultGroups=[]),
    "events of logins": realm_with(eventsEnabled=True, enabledEventTypes=["LOGIN"], eventsExpiration=60),
    "no default scope email": default_scope("email"),
    "no default scope basic": default_scope("basic"),
    "one more default role": default_role("another-role"),
    "organizations with verified addresses": all_of(
        realm_with(organizationsEnabled=True), realm_with(verifyEmail=True)
    ),
    "password policy of history": realm_with(passwordPolicy="passwordHistory(3)"),
    "password policy of age": realm_with(passwordPolicy="passwordAge(1)"),
    "password policy of expiry": realm_with(passwordPolicy="forceExpiredPasswordChange(1)"),
    "password policy of upper case": realm_with(passwordPolicy="upperCase(9) and specialChars(9)"),
    "password policy of hash": realm_with(passwordPolicy="hashAlgorithm(pbkdf2-sha512)"),
    "password policy of recent login": realm_with(passwordPolicy="maxAuthAge(0)"),
}
"""Settings of RealmRepresentation."""

FLOWS: dict[str, Change] = {
    "flow without the cookie": execution(BROWSER, "Cookie", "DISABLED"),
    "flow with the cookie required": execution(BROWSER, "Cookie", "REQUIRED"),
    "flow with Kerberos": execution(BROWSER, "Kerberos", "ALTERNATIVE"),
    "flow with Kerberos required": execution(BROWSER, "Kerberos", "REQUIRED"),
    "flow without forms": execution(BROWSER, "forms", "DISABLED"),
    "flow with forms required": execution(BROWSER, "forms", "REQUIRED"),
    "flow without identity providers": execution(BROWSER, "Identity Provider Redirector", "DISABLED"),
    "flow with identity providers required": execution(BROWSER, "Identity Provider Redirector", "REQUIRED"),
    "flow without organizations": execution(BROWSER, "Organization", "DISABLED"),
    "second factor for all": execution(BROWSER, "Browser - Conditional 2FA", "REQUIRED"),
    "second factor for nobody": execution(BROWSER, "Browser - Conditional 2FA", "DISABLED"),
    "second factor if configured off": execution(BROWSER, "Condition - user configured", "DISABLED"),
    "one-time password required": execution(BROWSER, "OTP Form", "REQUIRED"),
    "recovery codes": execution(BROWSER, "Recovery Authentication Code Form", "ALTERNATIVE"),
    "passkeys": execution(BROWSER, "WebAuthn Authenticator", "ALTERNATIVE"),
    "password form of another flow": realm_with(browserFlow="registration"),
    "client flow without secrets": execution("clients", "Client Id and Secret", "DISABLED"),
    "client flow without JWT": execution("clients", "Signed JWT", "DISABLED"),
    "client flow that requires secrets": execution("clients", "Client Id and Secret", "REQUIRED"),
    "direct grant flow with a factor": execution("direct%20grant", "Direct Grant - Conditional OTP", "REQUIRED"),
    "reset flow off": execution("reset%20credentials", "Reset Password", "DISABLED"),
    "first broker login reviewed": execution("first%20broker%20login", "Review Profile", "DISABLED"),
    "default identity provider": step_config(BROWSER, "Identity Provider Redirector", defaultProvider="nobody"),
    "own flow of the form": flow_of(FORM),
    "own flow of the form and OTP": flow_of(FORM, "auth-otp-form"),
    "own flow of name, then password": flow_of("auth-username-form", "auth-password-form"),
    "own flow that denies": flow_of("deny-access-authenticator"),
    "own flow that denies after the password": flow_of(FORM, "deny-access-authenticator"),
    "own flow that allows": flow_of("allow-access-authenticator"),
    "own flow of HTTP basic": flow_of("http-basic-authenticator"),
    "own flow of passkeys": flow_of("webauthn-authenticator-passwordless"),
    "own flow of the form and a passkey": flow_of(FORM, "webauthn-authenticator"),
    "own flow of certificates": flow_of("auth-x509-client-username-form"),
    "own flow of Kerberos": flow_of("auth-spnego"),
    "own flow of the cookie": flow_of("auth-cookie"),
    "own flow with an empty list": flow_of(),
    "own flow with session limits": flow_of(
        FORM,
        "user-session-limits",
        config={"user-session-limits": {"userRealmLimit": "3", "behavior": "Deny new session"}},
    ),
    "own flow with a conditional OTP": flow_of(
        FORM,
        "auth-conditional-otp-form",
        config={"auth-conditional-otp-form": {"defaultOtpOutcome": "force"}},
    ),
    "own flow with a conditional OTP skipped": flow_of(
        FORM,
        "auth-conditional-otp-form",
        config={"auth-conditional-otp-form": {"defaultOtpOutcome": "skip"}},
    ),
    "client flow of the form": flow_of(FORM, of_client=True),
    "client flow that denies": flow_of(FORM, "deny-access-authenticator", of_client=True),
    "client flow with OTP": flow_of(FORM, "auth-otp-form", of_client=True),
    "client flow of passkeys": flow_of("webauthn-authenticator-passwordless", of_client=True),
    "client flow of name, then password": flow_of("auth-username-form", "auth-password-form", of_client=True),
    "identity provider too": identity_provider(),
    "identity provider hidden": identity_provider(hideOnLogin=True),
    "identity provider by default": all_of(
        identity_provider(), step_config(BROWSER, "Identity Provider Redirector", defaultProvider="other")
    ),
    "identity provider disabled by default": all_of(
        identity_provider(enabled=False), step_config(BROWSER, "Identity Provider Redirector", defaultProvider="other")
    ),
}
"""Authentication flows."""

POLICIES: dict[str, Change] = {
    "policy of PKCE": policy("pkce-enforcer", auto_configure=False),
    "policy of PKCE that sets it": policy("pkce-enforcer", auto_configure=True),
    "policy of confidential clients": policy("confidential-client"),
    "policy of consent": policy("consent-required", auto_configure=True),
    "policy of full scope": policy("full-scope-disabled", auto_configure=True),
    "policy that rejects": policy("reject-request"),
    "policy that rejects implicit flows": policy("reject-implicit-grant", auto_configure=True),
    "policy that rejects passwords": policy("reject-ropc-grant", auto_configure=True),
    "policy of certificates": policy("holder-of-key-enforcer", auto_configure=False),
    "policy of DPoP": policy("dpop-bind-enforcer", auto_configure=False),
    "policy of lightweight tokens": policy("use-lightweight-access-token"),
    "policy of signatures": policy("secure-signature-algorithm", default_algorithm="PS256"),
    "policy of request objects": policy("secure-request-object"),
    "policy of response types": policy("secure-response-type", auto_configure=False),
    "policy of sessions": policy("secure-session"),
    "policy of secure URIs": policy("secure-client-uris"),
    "policy of redirect URIs": policy("secure-redirect-uris-enforcer"),
    "policy of authenticators": policy("secure-client-authenticator", allowed_client_authenticators=["client-jwt"]),
    "policy of PAR contents": policy("secure-par-content"),
    "policy of logout": policy("secure-logout"),
    "policy of refresh tokens": policy("suppress-refresh-token-rotation"),
    "policy of intents": policy("intent-client-bind-checker"),
    "policy for another client": policy(
        "reject-request", "client-attributes", {"attributes": '[{"key":"a","value":"b"}]'}
    ),
    "policy for confidential clients": policy("reject-request", "client-access-type", {"type": ["confidential"]}),
    "policy for public clients": policy("reject-request", "client-access-type", {"type": ["public"]}),
    "policy for a scope": policy("reject-request", "client-scopes", {"scopes": ["phone"], "type": "Optional"}),
    "policy for a default scope": policy(
        "reject-request", "client-scopes", {"scopes": ["cellsscope"], "type": "Default"}
    ),
    "policy for the code grant": policy("reject-request", "grant-type", {"grant_types": ["authorization_code"]}),
}
"""Client policies."""

KEY_CHANGES: dict[str, Change] = {
    "signing key disabled": keys_with("rsa", enabled="false"),
    "signing key passive": keys_with("rsa", active="false"),
    "signing key of lower priority": keys_with("rsa", priority="1"),
    "signing key of RS512": keys_with("rsa", algorithm="RS512"),
    "signing keys rotated": keys_added("rsa-generated"),
    "signing keys of ES256 too": keys_added("ecdsa-generated"),
    "signing keys of EdDSA too": keys_added("eddsa-generated"),
    "encryption key disabled": keys_with("rsa-enc", enabled="false"),
    "session key disabled": keys_with("hmac-generated", enabled="false"),
    "session keys rotated": keys_added("hmac-generated"),
    "cookie key disabled": keys_with("aes-generated", enabled="false"),
}
"""Keys of the realm."""

USER_PROFILE: dict[str, Change] = {
    "profile with the groups": declared("cellsgroups", multivalued=True),
    "profile with the groups of one value": declared("cellsgroups"),
    "profile with groups for administrators": declared(
        "cellsgroups", multivalued=True, permissions={"view": ["admin"], "edit": ["admin"]}
    ),
    "profile that requires a department": declared("department", required={"roles": ["user"]}),
    "profile that requires a department of administrators": declared("department", required={"roles": ["admin"]}),
    "profile that requires a department of everybody": declared("department", required={}),
    "profile that requires a phone for a scope": declared("phone", required={"scopes": ["phone"]}),
    "profile that requires an address for email": declared("office", required={"roles": ["user"], "scopes": ["email"]}),
    "profile with a department": declared("department"),
    "profile with a check of names": redeclared("username", validations={"length": {"min": 30, "max": 255}}),
    "profile with a check of last names": redeclared("lastName", validations={"pattern": {"pattern": "^X"}}),
    "profile with a check of addresses": redeclared("email", validations={"pattern": {"pattern": "^x@"}}),
    "profile without required names": redeclared("lastName", required=None),
    "profile with groups checked": declared("cellsgroups", multivalued=True, validations={"length": {"max": 3}}),
    "profile with unmanaged attributes": profile_with(lambda p: p.update(unmanagedAttributePolicy="ENABLED")),
    "profile with unmanaged attributes to see": profile_with(lambda p: p.update(unmanagedAttributePolicy="ADMIN_VIEW")),
}
"""The user profile."""

ACTIONS: dict[str, Change] = {
    f"required action {alias} by default": required_action(alias, enabled=True, defaultAction=True)
    for alias in ("TERMS_AND_CONDITIONS", "UPDATE_PASSWORD", "CONFIGURE_TOTP", "UPDATE_PROFILE", "VERIFY_EMAIL")
}
ACTIONS.update(
    {
        f"required action {alias} off": required_action(alias, enabled=False)
        for alias in ("UPDATE_PASSWORD", "CONFIGURE_TOTP", "VERIFY_EMAIL", "update_user_locale", "UPDATE_PROFILE")
    }
)

CHANGES = {**SETTINGS, **FLOWS, **POLICIES, **KEY_CHANGES, **USER_PROFILE, **ACTIONS}
