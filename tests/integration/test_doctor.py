# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor on a site that is whole, and on the same site broken in one place at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.ldap_server import Ldap
from lab.realm import create_service_account
from lab.site import Site, make_site
from support.changes.change import (
    TO_ROLES,
    Change,
    all_of,
    audience,
    cells_stopped,
    claim_mapper_with,
    client_under_another_name,
    client_with,
    clock_of_cells_ahead,
    component_with,
    connector_with,
    file_of_another_audience,
    no_connector,
    no_ldap_mapper,
    nothing,
    own_mapper,
    realm_with,
    rule,
    scope_assigned,
    user,
)
from support.changes.of_realm import policy
from support.console import Realm, client_of
from support.doctor import PLAYBOOK, WRONG_SECRET, ask, doctor_variables, finding_of, ids
from support.guide import apply_guide
from support.module import assert_one_clear_line, call_module
from support.playbook import run_playbook
from support.quick import with_quick
from support.role import site_after_role

DOCS = Path(__file__).parents[2] / "docs/doctor.md"


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site after the role, which each test leaves as it found it."""
    yield from site_after_role(lab, tmp_path_factory.mktemp("site"))


NO_SUCH_PORT = "http://127.0.0.1:9"

# Each way to break it, what the doctor must call broken, and the options that go with it.
BREAKS: dict[str, tuple[Change, list[str], dict[str, Any]]] = {
    "Keycloak is down": (nothing, ["keycloak.reachable"], {"auth_keycloak_url": NO_SUCH_PORT}),
    "realm unknown": (nothing, ["keycloak.reachable"], {"realm": "no-such-realm"}),
    "realm disabled": (realm_with(enabled=False), ["keycloak.realm"], {}),
    "client missing": (client_under_another_name, ["client.exists"], {}),
    "client disabled": (client_with(enabled=False), ["client.enabled"], {}),
    "client by another proof": (client_with(clientAuthenticatorType="client-jwt"), ["client.confidential"], {}),
    "PKCE demanded": (
        client_with(attributes={"pkce.code.challenge.method": "S256"}),
        ["client.standard_flow"],
        {"login": {}},
    ),
    "PKCE demanded by a client policy": (policy("pkce-enforcer", auto_configure=True), ["client.policies"], {}),
    "client bearer-only": (client_with(bearerOnly=True), ["client.standard_flow"], {"login": {}}),
    "consent demanded": (client_with(consentRequired=True), ["client.consent"], {}),
    "pushed requests demanded": (
        client_with(attributes={"require.pushed.authorization.requests": "true"}),
        ["client.login_form"],
        {"login": {}},
    ),
    "standard flow off": (client_with(standardFlowEnabled=False), ["client.standard_flow"], {}),
    "secret changed in Keycloak": (client_with(secret=WRONG_SECRET), ["client.secret"], {}),
    "redirect URI missing": (client_with(redirectUris=[]), ["client.redirect_uri"], {}),
    "redirect URI of another path": (
        client_with(redirectUris=["http://localhost/auth/login/other/callback"]),
        ["client.redirect_uri"],
        {},
    ),
    "scope not assigned": (scope_assigned("cellsscope"), ["scope.assigned"], {}),
    "scope optional only": (scope_assigned("cellsscope", "optional"), ["scope.assigned"], {}),
    "claim of another name": (claim_mapper_with(claim__name="groups"), ["scope.mapper"], {}),
    "claim of another attribute": (claim_mapper_with(user__attribute="groups"), ["scope.mapper"], {}),
    "claim in no token that Cells looks at": (
        claim_mapper_with(id__token__claim="false", userinfo__token__claim="false"),
        ["scope.mapper"],
        {},
    ),
    "claim of another type": (claim_mapper_with(jsonType__label="boolean"), ["scope.mapper"], {}),
    "claim of one value": (claim_mapper_with(multivalued="false"), ["scope.mapper"], {}),
    "provider disabled": (component_with("ldap", enabled="false"), ["ldap.enabled"], {}),
    "directory unreachable": (component_with("ldap", connectionUrl="ldap://127.0.0.1:9"), ["ldap.reachable"], {}),
    "bind password wrong": (component_with("ldap", bindCredential=WRONG_SECRET), ["ldap.reachable"], {}),
    "LDAP mapper missing": (no_ldap_mapper, ["ldap.mapper"], {}),
    "LDAP mapper of another attribute": (
        component_with("memberOf to group", user__model__attribute="groups"),
        ["ldap.mapper"],
        {},
    ),
    "LDAP mapper from another attribute": (
        component_with("memberOf to group", ldap__attribute="description"),
        ["ldap.mapper"],
        {},
    ),
    "Cells is down": (cells_stopped, ["cells.reachable"], {}),
    "connector missing": (no_connector, ["connector.exists"], {}),
    "issuer with a slash": (connector_with(issuer=lambda issuer: issuer + "/"), ["connector.issuer"], {}),
    "issuer of another realm": (
        connector_with(issuer=lambda issuer: issuer.rpartition("/")[0] + "/master"),
        ["connector.issuer"],
        {},
    ),
    "issuer of no realm": (
        connector_with(issuer=lambda issuer: issuer.rpartition("/")[0] + "/no-such-realm"),
        ["connector.issuer"],
        {},
    ),
    "issuer and secret of another realm": (
        connector_with(issuer=lambda issuer: issuer.rpartition("/")[0] + "/master", clientSecret=WRONG_SECRET),
        ["connector.issuer"],
        {},
    ),
    "connector of another client": (connector_with(clientID="another-client"), ["connector.client_id"], {}),
    "id and secret of another client": (
        connector_with(clientID="another-client", clientSecret=WRONG_SECRET),
        ["connector.client_id"],
        {"login": {}},
    ),
    "redirect URI of an old id": (
        connector_with(redirectURI=lambda uri: uri.replace("/keycloak/", "/old/")),
        ["connector.redirect_uri"],
        {"login": {}},
    ),
    "secret changed in Cells": (connector_with(clientSecret=WRONG_SECRET), ["client.secret"], {}),
    "user id by a claim that is not there": (connector_with(userIDKey="uuid"), ["token.user_id_key"], {}),
    "user name by a claim that is not there": (connector_with(userNameKey="nickname"), ["token.user_name_key"], {}),
    "user name by a claim of several values": (
        connector_with(userNameKey="cellsgroups"),
        ["token.user_name_key"],
        {},
    ),
    "user without a name, which Cells takes by default": (
        all_of(connector_with(userIDKey="", userNameKey=""), user("olaf", email="olaf@example.org")),
        # Keycloak asks for the name before it gives tokens.
        ["token.user"],
        {"username": "olaf"},
    ),
    "user of Keycloak itself, without groups": (
        user("otto", email="otto@example.org"),
        ["token.user"],
        {"username": "otto"},
    ),
    "user without an address": (
        user("olaf", attributes={}),
        # Keycloak asks for the address before it gives tokens.
        ["token.user"],
        {"username": "olaf"},
    ),
    "user unknown": (nothing, ["token.user"], {"username": "nobody-of-that-name"}),
    "user disabled": (user("olga", enabled=False), ["token.user"], {"username": "olga"}),
    "no mapping rule": (connector_with(mappingRules=[]), ["mapping.rule"], {}),
    "rule for another claim": (rule(LeftAttribute="groups"), ["mapping.rule"], {}),
    "rule for another attribute": (rule(RightAttribute="roles"), ["mapping.rule"], {}),
    "rule that no value passes": (rule(RuleString="Nobody"), ["mapping.roles"], {}),
    "regular expression that RE2 refuses": (rule(RuleString="preg:^(?!Test)"), ["mapping.regex"], {}),
    "no audience": (audience([]), ["audience.match"], {}),
    "audience of another host": (audience(["https://cells.example.org"]), ["audience.match"], {}),
    "an audience that does not parse": (audience(["http://[broken"]), ["audience.match"], {}),
    "an audience with a number": (audience([1]), ["audience.match"], {}),
    "an audience of nothing": (audience([None]), ["audience.match"], {}),
    "clock of Cells ahead": (clock_of_cells_ahead, ["clock.skew"], {}),
    # With a login, which fails for the same reason.
    "client missing, seen at a login": (client_under_another_name, ["client.exists"], {"login": {}}),
    "standard flow off, seen at a login": (
        client_with(standardFlowEnabled=False),
        ["client.standard_flow"],
        {"login": {}},
    ),
    "secret changed in Cells, seen at a login": (
        connector_with(clientSecret=WRONG_SECRET),
        ["client.secret"],
        {"login": {}},
    ),
    "connector missing, seen at a login": (no_connector, ["connector.exists"], {"login": {}}),
    "no audience, seen at a refresh": (audience([]), ["audience.match"], {"login": {}}),
    "password of the test user wrong": (nothing, ["session.login"], {"login": {"password": WRONG_SECRET}}),
}
QUICK = (
    "Keycloak is down",
    "client missing",
    "redirect URI missing",
    "scope not assigned",
    "LDAP mapper missing",
    "connector missing",
    "secret changed in Cells, seen at a login",
    "no mapping rule",
    "no audience, seen at a refresh",
    "user disabled",
)


@pytest.mark.parametrize(("break_it", "broken", "options"), with_quick(BREAKS, *QUICK, several=True))
def test_the_doctor_names_the_break_and_nothing_else(
    site: Site, break_it: Change, broken: list[str], options: dict[str, Any]
) -> None:
    with break_it(site):
        answer = ask(site, **options)
    assert not answer.get("failed"), answer["msg"]
    report = answer["report"]
    assert ids(report, "broken") == broken
    assert report["verdict"] == "broken"
    assert all(finding["todo"] for finding in report["findings"] if finding["verdict"] == "broken")
    if broken == ["session.login"]:
        assert "Invalid username or password" in finding_of(report, "session.login")["todo"]


def test_the_site_is_whole_after_all_of_them(site: Site) -> None:
    report = ask(site)["report"]
    assert ids(report, "broken") + ids(report, "warning") == []
    assert ids(report, "not checked") == ["session.login", "session.refresh"]
    assert report["verdict"] == "ok"
    assert [link["verdict"] for link in report["chain"]["links"]] == ["ok"] * 5
    links = {link["id"]: link["values"] for link in report["chain"]["links"]}
    assert links["ldap_group"] == links["keycloak_attribute"] == links["claim"]
    assert [group.partition(",")[0] for group in links["ldap_group"]] == ["cn=Test_DEM_WebUsers", "cn=Test_Etrange_Gov"]
    assert links["rule"] == ["cellsgroups to Roles"]
    assert links["role"] == ["Test_DEM_WebUsers", "Test_Etrange_Gov"]
    assert "from the entry uid=dora," in finding_of(report, "token.user")["seen"]
    assert {token["name"]: token["seconds"] for token in report["tokens"]}["Keycloak: access token"] == 300
    assert report["site"]["versions"] == {"keycloak": site.lab.keycloak.version, "cells": "4.4.13"}


@pytest.mark.parametrize(
    ("break_it", "warning", "options"),
    [
        (client_with(publicClient=True), "client.confidential", {}),
        (client_with(redirectUris=["http://localhost:*"]), "client.redirect_wildcard", {}),
        (client_with(webOrigins=[]), "client.web_origin", {}),
        (client_with(webOrigins=["*"]), "", {}),
        (client_with(webOrigins=["+"]), "", {}),
        (claim_mapper_with(id__token__claim="false"), "scope.mapper", {}),
        (
            all_of(
                scope_assigned("cellsscope"),
                own_mapper(
                    "oidc-usermodel-attribute-mapper",
                    user__attribute="cellsgroups",
                    claim__name="cellsgroups",
                    multivalued="true",
                ),
            ),
            "scope.assigned",
            {},
        ),
        (scope_assigned("basic"), "scope.basic", {}),
        (all_of(scope_assigned("basic"), own_mapper("oidc-sub-mapper")), "scope.basic", {}),
        # The user comes from another provider, whose groups arrive.
        (nothing, "ldap.enabled", {"ldap_provider": "no-such-provider"}),
        (claim_mapper_with(userinfo__token__claim="false"), "scope.mapper", {}),
        (claim_mapper_with(aggregate__attrs="false"), "scope.mapper", {}),
        (component_with("memberOf to group", always__read__value__from__ldap="false"), "ldap.mapper", {}),
        (component_with("memberOf to group", read__only="false"), "ldap.mapper", {}),
        (connector_with(redirectURI=""), "connector.redirect_uri", {}),
        (connector_with(scopes=["profile", "email"]), "connector.scopes", {}),
        (connector_with(insecureSkipEmailVerified=False), "connector.email_verified", {}),
        (connector_with(scopes=[]), "", {}),
        (connector_with(hostedDomains=["example.org"]), "connector.exists", {}),
        (
            connector_with(
                mappingRules=[TO_ROLES, {**TO_ROLES, "LeftAttribute": "groups"}, {"RightAttribute": "Roles"}]
            ),
            "",
            {},
        ),
        (connector_with(mappingRules=[{**TO_ROLES, "RuleString": None}]), "", {}),
        (
            connector_with(mappingRules=[TO_ROLES, {**TO_ROLES, "LeftAttribute": "email"}]),
            "token.groups",
            {"username": "nora"},
        ),
        (file_of_another_audience, "audience.loaded", {}),
        (rule(RuleString="Test_DEM_WebUsers,Other"), "", {}),
        (nothing, "token.groups", {"username": "nora"}),
        # Another scope may set the claim. Only the claims that Cells would read count.
        (nothing, "scope.assigned", {"client_scope": "no-such-scope"}),
    ],
)
@pytest.mark.thorough
def test_settings_that_break_nothing_can_be_worth_a_warning(
    site: Site, break_it: Change, warning: str, options: dict[str, Any]
) -> None:
    with break_it(site):
        report = ask(site, **options)["report"]
    assert warning in [*ids(report, "warning"), ""]
    assert ids(report, "broken") == []
    assert (report["verdict"] == "ok") is (warning == "")


@pytest.mark.thorough
def test_a_user_that_keycloak_does_not_import_is_not_called_unknown(lab: Any, tmp_path: Path) -> None:
    twin = [
        *("dn: uid=dave,ou=people,dc=example,dc=org", "objectClass: person", "objectClass: organizationalPerson"),
        *("objectClass: inetOrgPerson", "uid: dave", "cn: Dave", "sn: Doppel", "mail: dora@example.org"),
    ]
    with Ldap(more="\n".join([*twin, ""])) as ldap:
        for site in make_site(lab, tmp_path, ldap):
            apply_guide(site)
            ask(site)

            finding = finding_of(ask(site, username="dave")["report"], "token.user")

    assert finding["verdict"] == "broken"
    assert "does not import a user if another user of the realm has the same name or e-mail address" in finding["todo"]


def test_a_break_shows_in_the_chain(site: Site) -> None:
    with rule(RuleString="Nobody")(site):
        links = {link["id"]: link for link in ask(site)["report"]["chain"]["links"]}
    assert links["claim"]["verdict"] == "ok"
    assert links["role"]["verdict"] == "broken"
    assert links["role"]["values"] == []


def test_the_claim_is_not_to_blame_for_the_secret(site: Site) -> None:
    with all_of(connector_with(clientSecret=WRONG_SECRET), client_with(webOrigins=[]))(site):
        report = ask(site)["report"]
    assert [link["verdict"] for link in report["chain"]["links"]] == ["ok"] * 5


def test_roles_follow_from_other_claims_too(site: Site) -> None:
    rules = [TO_ROLES, {**TO_ROLES, "LeftAttribute": "email"}]
    with connector_with(mappingRules=rules)(site):
        report = ask(site, username="nora")["report"]
    assert report["chain"]["links"][-1]["values"] == ["nora@example.org"]
    seen = finding_of(report, "mapping.roles")["seen"]
    assert seen == (
        "The user would get these roles: nora@example.org. No value matches cellsgroups to Roles."
        " Cells is assumed to create roles that it does not have (missing_roles)."
    )


@pytest.mark.thorough
def test_cells_home_has_no_connectors(lab: Any, site: Site, tmp_path: Path) -> None:
    for home in make_site(lab, tmp_path, edition="home"):
        report = ask(site, **home.cells_options)["report"]
        assert ids(report, "broken") == ["cells.enterprise"]


@pytest.mark.parametrize(
    ("options", "not_checked", "verdict"),
    [
        ({"auth_password": "wrong-password-of-nobody-0123456789"}, "client.exists", "unknown"),
        ({"cells_token": "expired-token-of-cells-0123456789"}, "connector.exists", "unknown"),
        ({"username": ""}, "token.user", "ok"),
        ({"ldap_provider": ""}, "ldap.mapper", "ok"),
    ],
)
@pytest.mark.thorough
def test_findings_without_a_reading_are_not_checked(
    site: Site, options: dict[str, Any], not_checked: str, verdict: str
) -> None:
    report = ask(site, **options)["report"]
    assert ids(report, "broken") == []
    assert report["verdict"] == verdict
    assert not_checked in ids(report, "not checked")
    # Cells says so without a token.
    assert {"cells.reachable", "connector.login_page"} <= set(ids(report, "ok"))


def test_no_secret_is_in_the_answer(site: Site) -> None:
    secret = client_of(site)["secret"]
    with connector_with(clientSecret=WRONG_SECRET)(site):
        shown = json.dumps(ask(site))
    for hidden in (secret, WRONG_SECRET, site.cells.token, site.lab.keycloak.admin_password):
        assert hidden not in shown


def test_an_option_that_cannot_be_used_is_one_line(site: Site) -> None:
    assert_one_clear_line(ask(site, connection_timeout=0), "connection_timeout")


def test_only_reads_are_sent(site: Site) -> None:
    realm = Realm(site)
    with realm_with(adminEventsEnabled=True)(site):
        realm.send("delete", "admin-events")
        before = site.cells.config_path.read_bytes()
        log = site.cells.config_path.with_name("standin-requests.log")
        asked = len(log.read_text(encoding="utf-8").splitlines())
        mark = site.lab.keycloak.mark()
        run = run_playbook(PLAYBOOK, doctor_variables(site), site.folder / "reads")
        assert run.exit_code == 0, run.output
        assert run.changes == []
        sent = site.lab.keycloak.requests_since(mark)
        events = realm.get("admin-events")
    writes = {request.path.rpartition("/")[2] for request in sent if request.method != "GET"}
    # Its own login, a code that does not exist, and Keycloak's try to log in to its LDAP server.
    assert writes == {"token", "testLDAPConnection"}
    assert events == []
    assert site.cells.config_path.read_bytes() == before
    calls = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[asked:]]
    # Cells is searched by POST.
    assert {call["path"] for call in calls if call["method"] not in ("GET", "HEAD")} <= {"/a/role", "/a/user", "/a/acl"}


@pytest.mark.parametrize(
    ("fail_on", "break_it", "exit_code"),
    [
        ("broken", nothing, 0),
        ("broken", client_with(webOrigins=[]), 0),
        ("warning", client_with(webOrigins=[]), 2),
        ("broken", client_with(standardFlowEnabled=False), 2),
        ("never", client_with(standardFlowEnabled=False), 0),
    ],
)
@pytest.mark.thorough
def test_the_play_fails_as_it_is_told(
    site: Site, tmp_path: Path, fail_on: str, break_it: Change, exit_code: int
) -> None:
    files = {"doctor_report_json": str(tmp_path / "report.json"), "doctor_report_html": str(tmp_path / "report.html")}
    with break_it(site):
        run = run_playbook(PLAYBOOK, doctor_variables(site, doctor_fail_on=fail_on, **files), tmp_path / "play")
    assert run.exit_code == exit_code, run.output
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {"verdict", "findings"} <= set(report)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for finding in report["findings"]:
        if finding["verdict"] in ("broken", "warning"):
            assert finding["id"] in run.output
            assert finding["id"] in page


@pytest.mark.parametrize(
    ("break_it", "changes", "line", "exit_code"),
    [
        (nothing, {}, "SSO ok", 0),
        (client_with(webOrigins=[]), {}, "SSO warning client.web_origin", 1),
        (client_with(standardFlowEnabled=False), {}, "SSO broken client.standard_flow", 2),
        (nothing, {"sso_cells_token": "expired-token-of-cells-0123456789"}, "SSO unknown", 3),
        (nothing, {"sso_keycloak_password": WRONG_SECRET}, "SSO unknown", 3),
    ],
)
@pytest.mark.thorough
def test_the_line_for_monitoring_in_the_documentation(
    site: Site, tmp_path: Path, break_it: Change, changes: dict[str, Any], line: str, exit_code: int
) -> None:
    variables = {
        **doctor_variables(site, sso_hosts="cells", **changes),
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
    }
    with break_it(site):
        assert monitored(tmp_path, variables) == (line, exit_code)


def test_the_command_for_monitoring_says_so_if_there_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "sso.json").write_text("{}", encoding="utf-8")
    assert monitored(tmp_path, {"ansible_connection": "local"}) == ("SSO unknown", 3)


def test_monitoring_needs_no_short_token_and_no_right_to_write(site: Site, tmp_path: Path) -> None:
    """As the documentation has it: an account that only reads, and a token that renews itself at each use."""
    account = create_service_account(site.admin, ["view-clients", "view-realm", "view-users"])
    token = site.cells.cells("admin", "user", "token", "-u", "admin", "-a", "1h", "-q").stdout
    options = {
        "auth_realm": site.realm,
        "auth_username": "",
        "auth_password": "",
        "auth_client_id": account.client_id,
        "auth_client_secret": account.client_secret,
        "cells_token": token,
    }
    report = ask(site, **options)["report"]
    assert report["verdict"] == "ok"
    assert ids(report, "not checked") == ["ldap.reachable", "session.login", "session.refresh"]


@pytest.mark.thorough
def test_the_verification_of_the_role_names_checks_that_it_could_not_make(site: Site) -> None:
    account = create_service_account(site.admin, ["view-clients", "view-users"])
    blind = {
        "auth_realm": site.realm,
        "auth_username": "",
        "auth_password": "",
        "auth_client_id": account.client_id,
        "auth_client_secret": account.client_secret,
    }
    of_the_role = {"client_id": "localhost", "connector_name": "SSO with Keycloak", "ldap_provider": "ldap"}
    options = {**site.keycloak_options, **site.cells_options, **of_the_role, "username": "dora"}

    def warned(result: dict[str, Any]) -> list[str]:
        return [text for text in map(str, result.get("warnings", [])) if "Not checked: " in text]

    assert warned(call_module("sso_verification_info", options)) == []
    assert "ldap.enabled" in " ".join(warned(call_module("sso_verification_info", {**options, **blind})))


def monitored(folder: Path, variables: dict[str, Any]) -> tuple[str, int]:
    """Run the command in the documentation for a host with these variables, and return its output and exit code."""
    (shown,) = (
        text for text in DOCS.read_text(encoding="utf-8").splitlines() if text.startswith("rm -f /run/sso.json")
    )
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"cells": {"hosts": {"here": variables}}}), encoding="utf-8")
    inventory.chmod(0o600)
    command = shown.replace("/run/sso.json", str(folder / "sso.json"))
    environment = {**os.environ, "ANSIBLE_INVENTORY": str(inventory), "ANSIBLE_INVENTORY_ENABLED": "yaml"}
    done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.strip(), done.returncode
