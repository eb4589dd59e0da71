# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readings of a healthy site, and of the same site with one difference, for cases that are rare on real servers."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import ASSUMPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.examine import FOLLOWS, SHOWN_BY
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    CATALOGUE,
    NOT_CHECKED,
    OK,
    UNKNOWN,
    WARNING,
    is_one_of,
    overall,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.module_results import RESULT_OPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading
from support.healthy_site import (
    CALLBACK,
    CELLS,
    FORBIDDEN,
    GROUPS,
    KEYCLOAK,
    NO_TLS,
    OTHER,
    SILENT,
    Change,
    HealthySite,
)


def test_a_site_that_is_whole() -> None:
    site = HealthySite()
    assert {finding.id for finding in site.findings()} == set(CATALOGUE)
    assert {finding.verdict for finding in site.findings()} == {OK}
    assert [link["verdict"] for link in site.links().values()] == [OK] * 5
    assert site.links()["ldap_group"]["values"] == GROUPS
    assert "uid=dora" in site.finding("token.user").seen


def no_tls(name: str, reading: str) -> Change:
    """A server's certificate keeps everybody from it."""

    def change(site: HealthySite) -> None:
        site.certificates[f"tls.{name}"] = NO_TLS
        site.instead[reading] = SILENT

    return change


def claims_without(kind: str, *names: str) -> Change:
    """Some claims are not in one of the tokens."""
    return lambda site: [site.tokens[kind].pop(name) for name in names]


def no_groups(site: HealthySite) -> None:
    for claims in site.tokens.values():
        claims.pop("cellsgroups")


def failed_login(site: HealthySite) -> None:
    site.options["session"] = {"msg": "The login ended.", "refused": {"by": "Cells", "words": "No."}}


def no_login(site: HealthySite) -> None:
    """Nobody is given to log in."""
    site.options["session"] = dict.fromkeys(RESULT_OPTIONS["session"])


def refused_at_the_form(site: HealthySite) -> None:
    """Keycloak shows an error instead of its login form."""
    site.login_form.update(form=False, status=400, words="Invalid parameter: redirect_uri")


def hidden_login_page(site: HealthySite) -> None:
    site.instead["login_page"] = SILENT


def no_redirect_uri(site: HealthySite) -> None:
    site.client["redirectUris"].clear()
    refused_at_the_form(site)


def scope_of_another_name(site: HealthySite) -> None:
    """The client scope is there, and the client has it, but it has another name than the doctor is told."""
    site.scope["name"] = "groups"
    site.client["defaultClientScopes"][1] = "groups"


def asks_userinfo(site: HealthySite) -> None:
    site.oidc["getUserInfo"] = True


def with_attribute(name: str, value: str) -> Change:
    """The client has an attribute."""
    return lambda site: site.client["attributes"].update({name: value})


def policy(*conditions: dict[str, Any], enabled: bool = True) -> Change:
    """The realm has a client policy that asks for a DPoP proof under these conditions."""
    about = {"name": "proofs", "enabled": enabled, "profiles": ["strict"], "conditions": list(conditions)}
    return lambda site: site.policies["policies"].append(about)


def code_refused(error: str) -> Change:
    """Keycloak answers that to a code that does not exist."""
    return lambda site: site.code.update(error=error, words=f"{error}: words of Keycloak")


def both(*changes: Change) -> Change:
    return lambda site: [change(site) for change in changes]


def refresh(cause: str, status: int | None = 401) -> Change:
    """The refresh is refused for that cause."""
    entry = {"after_seconds": 0.1, "status": status, "ok": False, "cause": cause, "reason": "words of Cells"}
    return lambda site: site.options["session"].update(refreshes=[entry])


def unreachable_from_the_host(site: HealthySite) -> None:
    site.options["keycloak_from_cells"].update(
        reachable=False, problem="certificate", reason="GET it: the certificate is not trusted on this host"
    )


BREAKS: dict[str, tuple[Change, list[str]]] = {
    "certificate of Keycloak": (no_tls("keycloak", "discovery"), ["tls.keycloak"]),
    "certificate of Cells": (no_tls("cells", "bootconf"), ["tls.cells"]),
    "clock of Keycloak": (lambda site: site.clocks["Keycloak"].value.update(skew_seconds=-310.0), ["clock.skew"]),
    "clock of Cells, and a login": (
        both(failed_login, lambda site: site.clocks["Cells"].value.update(skew_seconds=310.0)),
        ["clock.skew"],
    ),
    "another external URL": (
        lambda site: setattr(site, "own_issuer", (f"{OTHER}/oidc/", 200)),
        ["cells.external_url"],
    ),
    "another external URL, and its cookie": (
        both(
            refresh("lost_cookie"), lambda site: setattr(site, "own_issuer", ("https://files.example.com/oidc/", 200))
        ),
        ["cells.external_url"],
    ),
    "a proxy that keeps /oidc": (lambda site: setattr(site, "own_issuer", (None, 404)), ["cells.external_url"]),
    "Keycloak out of the reach of Cells": (
        both(unreachable_from_the_host, lambda site: site.options.update(session={})),
        ["keycloak.reachable_from_cells"],
    ),
    "connector for another site": (
        both(failed_login, lambda site: site.sites.append(OTHER), lambda site: site.login_page.clear()),
        ["connector.sites"],
    ),
    "no e-mail": (claims_without("id_token", "email"), ["token.email"]),
    "an address of which nothing is said": (
        lambda site: site.oidc.update(insecureSkipEmailVerified=False),
        ["connector.email_verified"],
    ),
    "connector not on the login page": (lambda site: site.login_page.clear(), ["connector.login_page"]),
    "connector of an old id": (
        both(no_login, lambda site: site.oidc.update(redirectURI=CALLBACK.replace("keycloak", "old"))),
        ["connector.redirect_uri"],
    ),
    "no callback URL registered, and none in the connector": (
        both(no_login, no_redirect_uri, lambda site: site.oidc.pop("redirectURI")),
        ["client.redirect_uri"],
    ),
    "claim gets lost in Keycloak": (no_groups, ["token.groups"]),
    "claim gets lost by the mapper": (
        both(no_groups, lambda site: site.scope["protocolMappers"][0]["config"].update({"id.token.claim": "false"})),
        ["scope.mapper"],
    ),
    "claim gets lost for a reason of the scope": (
        both(no_groups, lambda site: site.client["defaultClientScopes"].remove("cellsscope")),
        ["scope.assigned"],
    ),
    "claim gets lost, and a redirect URI": (
        both(no_groups, no_redirect_uri),
        ["client.redirect_uri", "token.groups"],
    ),
    "login form refused for a reason that does not show": (refused_at_the_form, ["client.login_form"]),
    "login form refused, and the client says why": (
        both(refused_at_the_form, lambda site: site.client.update(bearerOnly=True)),
        ["client.standard_flow"],
    ),
    "proof demanded by a client policy": (policy({"condition": "any-client"}), ["client.policies"]),
    "one-time password demanded": (
        lambda site: site.executions.append({"providerId": "auth-otp-form", "requirement": "REQUIRED", "level": 0}),
        ["client.login_flow"],
    ),
    "sent on to another server, though the passwords are in LDAP": (
        lambda site: site.login_form.update(form=False, leads_to="https://idp.example.org/auth"),
        ["client.login_form"],
    ),
    "PKCE demanded": (with_attribute("pkce.code.challenge.method", "S256"), ["client.standard_flow"]),
    "consent demanded": (lambda site: site.client.update(consentRequired=True), ["client.consent"]),
    "secret refused that is the same": (code_refused("invalid_client"), ["client.secret"]),
    "secret refused that has expired": (
        both(code_refused("invalid_client"), with_attribute("client.secret.expiration.time", "1600000000")),
        ["client.secret"],
    ),
    "code refused for another reason": (code_refused("invalid_request"), ["client.code"]),
    "tokens bound to a certificate": (
        with_attribute("tls.client.certificate.bound.access.tokens", "true"),
        ["client.code"],
    ),
    "ID token by a shared key": (with_attribute("id.token.signed.response.alg", "HS256"), ["client.tokens"]),
    "ID token by a shared key, by the realm": (
        lambda site: site.realm.update(defaultSignatureAlgorithm="HS512"),
        ["client.tokens"],
    ),
    "ID token encrypted": (with_attribute("id.token.encrypted.response.alg", "RSA-OAEP"), ["client.tokens"]),
    "ID token over at once": (with_attribute("access.token.lifespan", "1"), ["client.tokens"]),
    "userinfo signed": (
        both(asks_userinfo, with_attribute("user.info.response.signature.alg", "RS256")),
        ["client.tokens"],
    ),
    "userinfo by a lightweight token": (
        both(asks_userinfo, with_attribute("client.use.lightweight.access.token.enabled", "true")),
        ["client.tokens"],
    ),
    "tokens revoked ahead": (both(asks_userinfo, lambda site: site.realm.update(notBefore=2**31)), ["client.tokens"]),
    "scope that the client does not have": (
        both(refused_at_the_form, lambda site: site.client["defaultClientScopes"].remove("email")),
        ["scope.requested"],
    ),
    "two LDAP mappers for one attribute": (
        lambda site: site.mappers.append({**site.ldap_mapper, "name": "an old mapper"}),
        ["ldap.mapper"],
    ),
    "user locked out": (lambda site: site.lockout.update(disabled=True), ["token.user"]),
    "user with a required action": (lambda site: site.user.update(requiredActions=["UPDATE_PASSWORD"]), ["token.user"]),
    "address to be verified at the login": (
        both(lambda site: site.realm.update(verifyEmail=True), lambda site: site.user.update(email="dora@example.org")),
        ["token.user"],
    ),
    "user without what the profile requires": (
        both(
            lambda site: site.profile["attributes"].append({"name": "lastName", "required": {"roles": ["user"]}}),
            lambda site: site.provider["config"].update(editMode=["UNSYNCED"]),
        ),
        ["token.user"],
    ),
    "user from another provider, without groups": (
        both(no_groups, lambda site: site.user.update(federationLink="other", attributes={})),
        ["token.user"],
    ),
    "issuer overwritten by a mapper": (
        lambda site: site.tokens["id_token"].update(iss="https://other.example.org"),
        ["client.tokens"],
    ),
    "audience overwritten by a mapper": (lambda site: site.tokens["id_token"].update(aud="other"), ["client.tokens"]),
    "end overwritten by a mapper": (lambda site: site.tokens["id_token"].update(exp=1), ["client.tokens"]),
    "nonce overwritten by a mapper": (lambda site: site.tokens["id_token"].update(nonce="other"), ["client.tokens"]),
    "authorized party overwritten by a mapper": (
        both(asks_userinfo, lambda site: site.tokens["access_token"].update(azp="other")),
        ["client.tokens"],
    ),
    "session overwritten by a mapper": (
        both(
            asks_userinfo,
            lambda site: [site.tokens[kind].update(sid="other") for kind in ("id_token", "access_token")],
        ),
        ["client.tokens"],
    ),
    "another subject in userinfo": (
        both(asks_userinfo, lambda site: site.tokens["userinfo"].update(sub="other")),
        ["client.tokens"],
    ),
    "groups in userinfo, which Cells does not ask": (
        both(claims_without("id_token", "cellsgroups"), lambda site: site.rule.update(LeftAttribute="cellsgroups")),
        ["token.groups"],
    ),
    "groups in Base64": (
        lambda site: site.ldap_mapper["config"].update({"is.binary.attribute": ["true"]}),
        ["ldap.mapper"],
    ),
    "a claim that something else writes": (
        lambda site: [claims.update(cellsgroups=["nobody"]) for claims in site.tokens.values()],
        ["token.groups"],
    ),
    "a claim that is an object": (
        lambda site: [claims.update(cellsgroups={"a": 1}) for claims in site.tokens.values()],
        ["mapping.roles"],
    ),
    "no value passes the rule": (lambda site: site.rule.update(RuleString="Nobody"), ["mapping.roles"]),
    "no scope basic": (
        both(
            lambda site: site.client["defaultClientScopes"].remove("basic"),
            claims_without("id_token", "sub"),
            lambda site: site.oidc.update(userIDKey=""),
        ),
        ["scope.basic"],
    ),
    "user id of userinfo, which Cells does not ask": (
        both(lambda site: site.oidc.update(userIDKey="sub"), claims_without("id_token", "sub")),
        ["token.user_id_key"],
    ),
    "user name by a claim of several values": (
        lambda site: site.tokens["id_token"].update(email=["a@example.org", "b@example.org"]),
        ["token.email"],
    ),
    "audience with a number": (lambda site: setattr(site, "audience", [CELLS, 1]), ["audience.match"]),
    "login refused for a reason that does not show": (failed_login, ["session.login"]),
    "refresh refused for a reason that does not show": (refresh("audience"), ["session.refresh"]),
    "refresh refused for want of an audience": (
        both(refresh("audience"), lambda site: site.audience.clear()),
        ["audience.match"],
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_named_once(name: str) -> None:
    change, broken = BREAKS[name]
    site = HealthySite()
    change(site)
    assert site.named(BROKEN) == broken


REDIRECTS = ["client.redirect_wildcard"]


@pytest.mark.parametrize(
    ("change", "warnings"),
    [
        (lambda site: site.oidc.update(redirectURI=""), ["connector.redirect_uri"]),
        (lambda site: site.oidc.update(scopes=["email"]), ["connector.scopes"]),
        (lambda site: site.oidc.update(scopes=None), []),
        (lambda site: site.oidc.update(hostedDomains=["example.org"]), ["connector.exists"]),
        (lambda site: site.oidc.update(userIDKey="", userNameKey=""), []),
        (
            both(lambda site: site.oidc.update(getUserInfo=True), claims_without("id_token", "email")),
            [],
        ),
        (lambda site: site.ldap_mapper["config"].update({"read.only": ["false"]}), ["ldap.mapper"]),
        (lambda site: site.scope["protocolMappers"][0]["config"].pop("jsonType.label"), []),
        (lambda site: site.scope["protocolMappers"][0]["config"].pop("aggregate.attrs"), ["scope.mapper"]),
        # Cells still gets the groups, from userinfo.
        (
            both(
                asks_userinfo,
                lambda site: site.scope["protocolMappers"][0]["config"].update({"id.token.claim": "false"}),
            ),
            ["scope.mapper"],
        ),
        (lambda site: site.client.update(webOrigins=["*"]), []),
        (lambda site: site.client.update(webOrigins=[f"{CELLS.upper()}:443"]), []),
        (lambda site: site.client.update(webOrigins=["+"]), []),
        (lambda site: site.client.update(webOrigins=["+"], redirectUris=["http://[broken", CALLBACK]), []),
        (
            lambda site: site.client.update(webOrigins=["+"], redirectUris=["http://[broken", "/*"], rootUrl=CELLS),
            REDIRECTS,
        ),
        (lambda site: setattr(site, "audience", [CELLS, None]), []),
        # Each of these is harmless, though a near relative is not.
        (both(claims_without("id_token", "cellsgroups"), asks_userinfo), ["token.groups"]),
        (lambda site: site.client["defaultClientScopes"].remove("cellsscope"), ["scope.assigned"]),
        (scope_of_another_name, ["scope.assigned"]),
        (lambda site: site.client.update(redirectUris=["http://127.0.0.1/*"]), ["client.redirect_wildcard"]),
        (
            both(
                lambda site: site.login_form.update(form=False, leads_to="https://idp.example.org/login"),
                lambda site: site.options.update(ldap_provider=""),
            ),
            [],
        ),
        (with_attribute("user.info.response.signature.alg", "RS256"), []),
        (with_attribute("client.use.lightweight.access.token.enabled", "true"), []),
        (lambda site: site.client.update(notBefore=2**31), []),
        (with_attribute("id.token.signed.response.alg", "ES256"), []),
        (with_attribute("client.secret.expiration.time", str(2**31)), []),
        (with_attribute("client.secret.expiration.time", str(int(time.time()) + 86400)), ["client.secret"]),
        (lambda site: site.oidc.update(clientSecret="an-earlier-secret-0123456789"), ["client.secret"]),
        (lambda site: site.user.update(requiredActions=["CONFIGURE_TOTP"]), []),
        (lambda site: site.realm.update(verifyEmail=True), []),
        (
            lambda site: site.mappers.append(
                {**site.ldap_mapper, "name": "b", "config": {"user.model.attribute": ["mail"]}}
            ),
            [],
        ),
        (lambda site: site.provider["config"].update(cachePolicy=["DEFAULT"]), ["ldap.cache"]),
        (lambda site: site.provider["config"].update(cachePolicy=["MAX_LIFESPAN"], maxLifespan=["60000"]), []),
        (
            lambda site: site.options["cells_config"]["static_clients"][0].update(audience=[None, 1]),
            ["audience.loaded"],
        ),
        (lambda site: site.user.update(federationLink=None), ["token.user"]),
        (both(no_groups, lambda site: site.user["attributes"].clear()), ["token.groups"]),
        (lambda site: site.clocks["Keycloak"].value.update(skew_seconds=9000.0), ["clock.skew"]),
        (lambda site: site.clocks["Keycloak"].value.update(skew_seconds=-90.0), ["clock.skew"]),
        (lambda site: site.options["cells_config"].update(oauth_secret_is_public=True), ["cells.oauth_secret"]),
        (lambda site: site.options["keycloak_from_cells"].update(seconds=6.0), ["keycloak.reachable_from_cells"]),
        # The login of this site worked: Cells trusts certificates that its host does not.
        (unreachable_from_the_host, ["keycloak.reachable_from_cells"]),
        (
            both(
                lambda site: site.oidc.update(insecureSkipEmailVerified=False),
                lambda site: site.tokens["id_token"].update(email_verified=False),
            ),
            ["connector.email_verified"],
        ),
        (lambda site: site.oidc.update(userNameKey="name"), ["connector.login_name"]),
        (lambda site: setattr(site, "own_issuer", (f"{CELLS}/oidc", 200)), []),
        (lambda site: site.sites.extend([OTHER, f"{CELLS}:443/"]), []),
        (lambda site: site.rule.update(RuleString=None), []),
    ],
)
def test_settings_that_are_worth_a_warning(change: Change, warnings: list[str]) -> None:
    site = HealthySite()
    change(site)
    assert site.named(BROKEN) == []
    assert site.named(WARNING) == warnings


@pytest.mark.parametrize(
    ("listed", "verdict"), [(["keycloak"], OK), (["other"], WARNING), ([], WARNING), (None, NOT_CHECKED)]
)
def test_the_login_name_depends_on_a_variable_of_cells(listed: list[str] | None, verdict: str) -> None:
    site = HealthySite()
    site.oidc.update(userNameKey="name")
    site.options["cells_config"].update(username_as_login=listed)
    assert site.finding("connector.login_name").verdict == verdict


def test_tokens_are_not_judged_for_a_connector_that_is_not_known() -> None:
    site = HealthySite()
    site.instead["connectors"] = SILENT
    found = site.finding("client.tokens")
    assert (found.verdict, found.seen) == (NOT_CHECKED, "The connector is not known.")


@pytest.mark.parametrize("key", ["issuer", "clientID"])
def test_an_issuer_or_client_of_another_connector_is_named_once(key: str) -> None:
    site = HealthySite()
    site.oidc[key] = "https://other.example.org"
    assert "client.tokens" not in site.named(BROKEN)


@pytest.mark.parametrize(
    ("name", "finding_id"),
    [("keycloak_from_cells", "keycloak.reachable_from_cells"), ("cells_config", "cells.oauth_secret")],
)
def test_findings_about_the_cells_host_without_a_reading_are_not_checked(name: str, finding_id: str) -> None:
    site = HealthySite()
    site.options[name] = {"msg": "The host did not answer."}
    found = site.finding(finding_id)
    assert (found.verdict, found.seen) == (NOT_CHECKED, "The host did not answer.")


def test_a_rule_that_can_be_read_in_two_ways_gives_no_verdict() -> None:
    site = HealthySite()
    site.rule.update(RuleString="Test(.*)")
    found = site.finding("mapping.roles")
    assert found.verdict == NOT_CHECKED
    assert "As a list, it gives nothing; as a regular expression, Test_DEM_WebUsers" in found.seen


def test_another_callback_url_can_be_set() -> None:
    site = HealthySite()
    callback = f"{CELLS}/auth/dex/callback"
    no_login(site)
    site.oidc.update(redirectURI=callback)
    assert site.finding("connector.redirect_uri").verdict == BROKEN
    site.options["callback_url"] = callback
    assert site.finding("connector.redirect_uri").verdict == OK


def test_the_port_that_goes_without_saying_makes_no_other_origin() -> None:
    site = HealthySite()
    site.options["cells_url"] = "https://Cells.example.org:443/"
    assert site.finding("client.web_origin").verdict == OK


@pytest.mark.parametrize(
    ("root", "wanted", "verdict"),
    [
        (None, f"{KEYCLOAK}/auth/login/keycloak/callback", OK),
        ("", CALLBACK, BROKEN),
        (CELLS, CALLBACK, OK),
        (f"{CELLS}/", CALLBACK, BROKEN),
    ],
)
def test_a_relative_redirect_uri_goes_behind_the_root_url(root: str | None, wanted: str, verdict: str) -> None:
    site = HealthySite()
    site.client.update(redirectUris=["/auth/login/keycloak/callback"], rootUrl=root)
    site.oidc["redirectURI"] = wanted
    refused_at_the_form(site)
    site.options["cells_url"] = wanted.partition("/auth")[0]
    assert site.finding("client.redirect_uri").verdict == verdict


def test_a_user_of_a_realm_with_addresses_as_names_is_not_missing() -> None:
    site = HealthySite()
    site.instead["user"] = Reading(None)
    site.realm["registrationEmailAsUsername"] = True
    assert site.finding("token.user").verdict == NOT_CHECKED
    assert overall(site.findings()) == UNKNOWN


def test_a_mapper_may_name_the_attribute_in_other_letters() -> None:
    site = HealthySite()
    site.ldap_mapper["config"]["user.model.attribute"] = ["CellsGroups"]
    assert site.finding("ldap.mapper").verdict == OK


def test_a_public_client_works_but_is_not_safe() -> None:
    site = HealthySite()
    site.client["publicClient"] = True
    site.instead["secret"] = Reading(error=FORBIDDEN.error)
    assert (site.named(BROKEN), site.named(WARNING)) == ([], ["client.confidential"])
    assert overall(site.findings()) == WARNING


@pytest.mark.parametrize("kind", ["client-jwt", "client-secret-jwt", "client-x509"])
def test_cells_has_no_other_proof_than_a_secret(kind: str) -> None:
    site = HealthySite()
    site.client["clientAuthenticatorType"] = kind
    assert site.named(BROKEN) == ["client.confidential"]
    site.client["clientAuthenticatorType"] = "client-secret"
    assert site.named(BROKEN) == []


def test_findings_that_the_account_cannot_see_are_not_checked() -> None:
    site = HealthySite()
    del site.realm["enabled"]
    assert site.named(NOT_CHECKED) == ["keycloak.realm"]


def test_without_a_preview_the_claim_is_not_checked_and_the_rules_show() -> None:
    site = HealthySite()
    site.instead["tokens"] = FORBIDDEN
    links = site.links()
    assert (links["claim"]["verdict"], links["role"]["verdict"]) == (NOT_CHECKED, NOT_CHECKED)
    assert "HTTP 403" in links["claim"]["note"]
    assert (links["rule"]["verdict"], links["rule"]["values"]) == (OK, ["cellsgroups to Roles"])


@pytest.mark.parametrize(
    "change",
    [
        lambda site: site.oidc.update(clientSecret="another-secret-0123456789"),
        lambda site: site.client.update(webOrigins=[]),
        lambda site: site.client.update(redirectUris=[]),
    ],
)
def test_the_claim_is_not_to_blame_for_the_rest_of_the_client(change: Change) -> None:
    site = HealthySite()
    change(site)
    assert {link["verdict"] for link in site.links().values()} == {OK}


@pytest.mark.parametrize(
    "change",
    [
        lambda site: site.user.update(federationLink=None),
        lambda site: site.ldap_mapper["config"].update({"user.model.attribute": ["groups"]}),
    ],
)
def test_a_group_belongs_to_the_directory_only_if_the_directory_gives_it(change: Change) -> None:
    site = HealthySite()
    change(site)
    assert site.links()["ldap_group"]["values"] == []


def test_the_claim_of_a_user_says_nothing_of_the_attribute() -> None:
    site = HealthySite()
    site.oidc["userIDKey"] = "uuid"
    assert site.links()["keycloak_attribute"]["verdict"] == OK


def test_a_hidden_secret_is_judged_by_the_answer_of_keycloak() -> None:
    site = HealthySite()
    site.instead["secret"] = Reading("**********")
    assert site.finding("client.secret").verdict == OK
    site.instead["code"] = Reading()
    assert site.finding("client.secret").verdict == OK, "a login got through"
    site.options["session"] = {}
    assert site.finding("client.secret").verdict == NOT_CHECKED


def test_a_secret_that_has_expired_is_to_be_rotated() -> None:
    site = HealthySite()
    code_refused("invalid_client")(site)
    assert "sso_rotate_secret_on" not in site.finding("client.secret").todo
    with_attribute("client.secret.expiration.time", "1600000000")(site)
    finding = site.finding("client.secret")
    assert finding.seen.endswith("It expired on 2020-09-13.")
    assert "sso_rotate_secret_on" in finding.todo


def test_a_login_that_a_client_policy_refuses_is_explained_by_the_policy() -> None:
    site = HealthySite()
    both(policy({"condition": "any-client"}), refused_at_the_form)(site)
    assert site.finding("client.policies").verdict == BROKEN
    assert site.finding("client.login_form").seen == "It follows from client.policies."


def test_lightweight_tokens_are_judged_by_the_version() -> None:
    site = HealthySite()
    both(asks_userinfo, with_attribute("client.use.lightweight.access.token.enabled", "true"))(site)
    site.instead["version"] = Reading("26.4.7")
    assert site.finding("client.tokens").verdict == OK
    site.instead["version"] = FORBIDDEN
    assert site.finding("client.tokens").verdict == BROKEN


ASSUMED: dict[str, list[tuple[Change, str, str]]] = {
    "sso_audience": [(lambda site: site.audience.clear(), "audience.match", BROKEN)],
    "callback_path": [
        (lambda site: None, "connector.redirect_uri", OK),
        (lambda site: site.oidc.update(redirectURI=f"{CELLS}/auth/dex/callback"), "connector.redirect_uri", BROKEN),
        (lambda site: site.oidc.update(redirectURI=""), "client.redirect_uri", OK),
        (both(lambda site: site.oidc.update(redirectURI=""), refused_at_the_form), "client.login_form", BROKEN),
    ],
    "login_name": [
        (lambda site: site.oidc.update(userNameKey="name"), "connector.login_name", WARNING),
        (lambda site: site.oidc.update(userNameKey=""), "connector.login_name", OK),
    ],
    "rule_string": [(lambda site: site.rule.update(RuleString="Test(.*)"), "mapping.roles", NOT_CHECKED)],
    "dn_to_name": [
        (lambda site: None, "mapping.roles", OK),
        (lambda site: site.rule.update(RuleString=f"preg:{GROUPS[0]}"), "mapping.roles", BROKEN),
    ],
    "missing_roles": [(lambda site: None, "mapping.roles", OK)],
    "missing_claim": [(both(no_groups, lambda site: site.user["attributes"].clear()), "token.groups", WARNING)],
    "reload": [(lambda site: None, "connector.exists", OK)],
    "sites": [(both(lambda site: site.sites.append(OTHER), hidden_login_page), "connector.sites", BROKEN)],
    "email_verified_false": [
        (
            both(
                lambda site: site.oidc.update(insecureSkipEmailVerified=False),
                lambda site: site.tokens["id_token"].update(email_verified=False),
            ),
            "connector.email_verified",
            WARNING,
        )
    ],
}
"""For each assumption that a verdict can rest on: changes to a healthy site without a login; the finding; verdict."""

NO_VERDICT = {
    "secret_visibility": "a secret that does not show is tried at Keycloak",
    "secret_on_put": "it counts for writing only",
    "oauth2clients": "the audience is a documented field",
    "login_begin": "a login is tried in both ways",
    "login_end": "a login may end at either",
    "login_failure": "both are read as a refusal",
    "refused_refresh": "the cause is told by the words, not by the status",
    "debug_id_token": "it counts for the debug mode only",
}
"""Why no verdict rests on the others."""


def test_no_assumption_is_forgotten() -> None:
    assert {*ASSUMED, *NO_VERDICT} == {each.id for each in ASSUMPTIONS}
    assert not {*ASSUMED} & {*NO_VERDICT}
    # A rule string that can be read in two ways has a message of its own.
    assert {each.id for each in ASSUMPTIONS if each.caveat} == {*ASSUMED} - {"rule_string"}


@pytest.mark.parametrize(
    ("name", "change", "finding_id", "verdict"),
    [(name, *case) for name, cases in ASSUMED.items() for case in cases],
)
def test_a_verdict_names_what_it_assumes(name: str, change: Change, finding_id: str, verdict: str) -> None:
    site = HealthySite()
    no_login(site)
    change(site)
    found = site.finding(finding_id)
    assert found.verdict == verdict
    assert f"({name})" in found.shown()["seen"]
    assert (name in found.shown()["assumptions"]) is (verdict != NOT_CHECKED)


@pytest.mark.parametrize(
    "change", [change for cases in ASSUMED.values() for change, finding_id, _verdict in cases if finding_id in SHOWN_BY]
)
def test_a_working_login_counts_more_than_an_assumption(change: Change) -> None:
    site = HealthySite()
    change(site)
    assert site.named(BROKEN) == []
    assert [finding for finding in site.findings() if finding.id in SHOWN_BY and finding.assumes] == []


def test_a_redirect_uri_that_works_is_to_be_kept() -> None:
    site = HealthySite()
    site.oidc.update(redirectURI=f"{CELLS}/auth/dex/callback")
    found = site.finding("connector.redirect_uri")
    assert (found.verdict, found.todo) == (WARNING, "Set sso_callback_url to the redirect URI of the connector.")
    assert "Nevertheless, a login works." in found.seen


def test_consequences_name_their_cause() -> None:
    site = HealthySite()
    failed_login(site)
    site.oidc.update(clientID="another", clientSecret="another-secret-0123456789")
    followers = {finding.id: finding.seen for finding in site.findings() if finding.verdict == NOT_CHECKED}
    assert followers == {
        "client.secret": "It follows from connector.client_id.",
        "session.login": "It follows from connector.client_id.",
        "session.refresh": "There is no session to refresh.",
    }


def test_everything_that_follows_and_is_followed_is_in_the_catalogue() -> None:
    for follower, causes in FOLLOWS.items():
        assert follower in CATALOGUE
        for cause in causes:
            assert any(is_one_of(name, [cause]) for name in CATALOGUE)
            assert not is_one_of(follower, [cause])


@pytest.mark.parametrize(
    ("cause", "status", "todo"),
    [
        ("audience", 401, "audience"),
        ("audience", 500, "audience"),
        ("lost_cookie", 401, "external URL"),
        ("used_twice", 401, "again"),
        ("logged_out", 401, "again"),
        ("no_session", 401, "log"),
        ("other", 401, "log"),
        ("other", 502, "log"),
        ("no_answer", None, "log"),
    ],
)
def test_each_cause_of_a_refused_refresh_has_its_remedy(cause: str, status: int | None, todo: str) -> None:
    site = HealthySite()
    refresh(cause, status)(site)
    found = site.finding("session.refresh")
    assert found.verdict == BROKEN
    assert todo in found.todo
    assert ("audience" in found.todo) is (cause == "audience")
    assert "words of Cells" in found.seen
    assert site.finding("session.login").verdict == OK


def test_a_login_that_was_not_refused_is_not_checked() -> None:
    site = HealthySite()
    site.options["session"] = {"failed": True, "msg": "GET https://cells.example.org: no answer in time"}
    found = site.finding("session.login")
    assert (found.verdict, found.seen) == (NOT_CHECKED, "GET https://cells.example.org: no answer in time")


def test_a_refused_login_is_fixed_by_the_cause_that_the_server_names() -> None:
    site = HealthySite()
    failed_login(site)
    assert site.finding("session.login").todo == "Fix the cause that Cells gives: No."
