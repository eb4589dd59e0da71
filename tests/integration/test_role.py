# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role setup on real servers: the guide from end to end, again, by drift, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import requests

from lab import rows
from lab.login import Browser
from lab.realm import create_realm, delete_realm, name_of, new_name
from lab.site import Site, make_site
from support.cells.audience import audience_of
from support.changes.of_realm import policy
from support.console import (
    Realm,
    add_redirect_uri,
    client_of,
    ldap_mapper_of,
    put_connector,
    rename_the_connector,
    scope_of,
)
from support.module import call_module
from support.playbook import Run, run_playbook
from support.quick import with_quick
from support.role import not_ok, run_role

TIMEOUT = 10
LINES = 20
"""Fewer lines than these tell of a run that finds nothing to do, blank ones not counted."""


def log_in(site: Site) -> list[str]:
    """Log dora in, refresh her session, and return her roles from groups. Raises LoginError."""
    browser = Browser(site.cells.url)
    roles = browser.log_in("keycloak", "dora", site.lab.ldap.users["dora"]).roles
    browser.refresh()
    return sorted(roles)


@pytest.fixture(scope="module")
def previewed(shared_site: Site) -> Run:
    """Check mode before anything was done."""
    return run_role(shared_site, "--check", "--diff")


@pytest.fixture(scope="module")
def guided(shared_site: Site, previewed: Run) -> Run:
    """The first run of the role."""
    run = run_role(shared_site, "--diff")
    assert run.exit_code == 0, run.output
    return run


def test_check_mode_on_the_first_run_predicts_what_the_run_changes(previewed: Run, guided: Run) -> None:
    assert previewed.exit_code == 0, previewed.output
    assert previewed.changes == guided.changes != []
    assert "[WARNING]" not in previewed.output


def test_every_row_of_the_guide_is_on_the_servers(shared_site: Site, guided: Run) -> None:
    assert not_ok(shared_site) == []


def test_the_preview_predicts_the_roles_of_the_guides_user(guided: Run) -> None:
    shown = guided.task("Show the user's groups and roles").result["msg"]
    assert shown["roles"] == ["Test_DEM_WebUsers", "Test_Etrange_Gov"]


def test_a_second_run_changes_nothing_with_one_login_and_eight_requests_at_most(shared_site: Site, guided: Run) -> None:
    mark = shared_site.lab.keycloak.mark()

    run = run_role(shared_site, "--tags", "client,connector,ldap,scope,mapping")

    sent = shared_site.lab.keycloak.requests_since(mark)
    assert run.recap()["changed"] == 0, run.output
    assert [request.path for request in sent if request.path.endswith("/token")] == [
        "/realms/master/protocol/openid-connect/token"
    ]
    assert len(sent) <= 8, sent
    assert {request.method for request in sent if not request.path.endswith("/token")} == {"GET"}


def test_a_second_run_of_everything_changes_nothing_and_lists_no_step_that_does_not_apply(
    shared_site: Site, guided: Run
) -> None:
    run = run_role(shared_site, sso_verify_username="")

    assert run.recap()["changed"] == 0
    assert run.recap()["skipped"] == 0, run.output
    assert len([line for line in run.output.splitlines() if line.strip()]) < LINES, run.output


def rename_the_claim(site: Site) -> None:
    scope = scope_of(site)
    mapper = scope["protocolMappers"][0]
    mapper["config"]["claim.name"] = "groups"
    site.admin.update_mapper_in_client_scope(scope["id"], mapper["id"], mapper)


def remove_the_protocol_mapper(site: Site) -> None:
    scope = scope_of(site)
    site.admin.delete_mapper_from_client_scope(scope["id"], scope["protocolMappers"][0]["id"])


def unassign_the_scope(site: Site) -> None:
    site.admin.delete_client_default_client_scope(client_of(site)["id"], scope_of(site)["id"])


def remove_the_ldap_mapper(site: Site) -> None:
    site.admin.delete_component(ldap_mapper_of(site)["id"])


def change_the_ldap_mapper(site: Site) -> None:
    mapper = ldap_mapper_of(site)
    mapper["config"]["ldap.attribute"] = ["description"]
    site.admin.update_component(mapper["id"], mapper)


def regenerate_the_secret(site: Site) -> None:
    site.admin.generate_client_secrets(client_of(site)["id"])


def change_the_rule(site: Site) -> None:
    put_connector(site, lambda connector: connector["mappingRules"][0].update(RuleString="Test_Etrange_Gov"))


def remove_the_rule(site: Site) -> None:
    put_connector(site, lambda connector: connector.update(mappingRules=[]))


def verify_emails(site: Site) -> None:
    put_connector(site, lambda connector: connector["configoidc"].update(insecureSkipEmailVerified=False))


class Drift(NamedTuple):
    """A manual change: the tag that fixes it, the task that reports it, and a word in that task's diff."""

    by_hand: Callable[[Site], None]
    tag: str
    task: str
    word: str


DRIFTS: dict[str, Drift] = {
    "a redirect URI added": Drift(add_redirect_uri, "client", "Define the claim", "evil.example.org"),
    "the claim renamed": Drift(rename_the_claim, "scope", "Define the claim", "claim.name"),
    "the protocol mapper removed": Drift(remove_the_protocol_mapper, "scope", "Define the claim", "User Group Mapper"),
    "the scope unassigned": Drift(unassign_the_scope, "scope", "Define the claim", "cellsscope"),
    "the LDAP mapper removed": Drift(remove_the_ldap_mapper, "ldap", "Map the groups of LDAP users", "memberOf"),
    "the LDAP mapper changed": Drift(change_the_ldap_mapper, "ldap", "Map the groups of LDAP users", "description"),
    "the secret regenerated": Drift(regenerate_the_secret, "connector", "Create the connector", "********** (new)"),
    "the connector renamed": Drift(rename_the_connector, "connector", "Create the connector", "SSO with Keycloak"),
    "emails to be verified": Drift(verify_emails, "connector", "Create the connector", "insecureSkipEmailVerified"),
    "the rule changed": Drift(change_the_rule, "mapping", "Create the connector", "Test_Etrange_Gov"),
    "the rule removed": Drift(remove_the_rule, "mapping", "Create the connector", "cellsgroups"),
}


@pytest.mark.parametrize("drift", with_quick(DRIFTS, "the scope unassigned", "the secret regenerated"))
def test_manual_drift_is_reported_in_check_mode_and_fixed(drift: Drift, shared_site: Site, guided: Run) -> None:
    drift.by_hand(shared_site)
    assert not_ok(shared_site) != []

    predicted = run_role(shared_site, "--check", "--diff", "--tags", drift.tag)
    assert not_ok(shared_site) != [], "check mode wrote something"
    fixed = run_role(shared_site, "--diff", "--tags", drift.tag)

    assert predicted.changes == fixed.changes
    seen, done = predicted.task(drift.task).result, fixed.task(drift.task).result
    assert seen["diff"] == done["diff"]
    assert seen["actions"] == done["actions"] != []
    assert drift.word in str(seen["diff"])
    assert not_ok(shared_site) == []


def test_absent_removes_everything_that_the_role_created_and_nothing_else(site: Site) -> None:
    def everything() -> dict[str, Any]:
        config = site.cells.config_path.read_bytes()
        named = {
            "clients": site.admin.get_clients(),
            "scopes": site.admin.get_client_scopes(),
            # Keycloak makes a key of its own when the first login page of the realm is asked for.
            "components": [c for c in site.admin.get_components() if c["name"] != "fallback-HS512"],
        }
        return {
            "connectors": site.rows().cells("config/oauth2connectors"),
            "config": config,
            **{kind: sorted(str(i.get("name") or i["clientId"]) for i in items) for kind, items in named.items()},
        }

    before = everything()
    assert run_role(site).exit_code == 0
    assert everything()["clients"] != before["clients"]

    predicted = run_role(site, "--check", sso_state="absent")
    gone = run_role(site, sso_state="absent")
    again = run_role(site, sso_state="absent")

    assert gone.exit_code == 0, gone.output
    assert predicted.changes == gone.changes != []
    assert again.changes == []
    assert everything() == before


@pytest.mark.thorough
def test_objects_that_another_client_uses_stay(site: Site) -> None:
    assert run_role(site).exit_code == 0
    other = site.admin.create_client({"clientId": "other"})
    site.admin.add_client_default_client_scope(other, scope_of(site)["id"], {})

    gone = run_role(site, sso_state="absent")

    assert gone.exit_code == 0, gone.output
    assert scope_of(site)["name"] == rows.GUIDE_SCOPE
    assert ldap_mapper_of(site)["name"] == rows.GUIDE_LDAP_MAPPER
    assert [c["clientId"] for c in site.admin.get_clients() if c["clientId"] == "localhost"] == []


@pytest.mark.thorough
def test_objects_of_two_realms_are_counted_by_realm(lab: Any, tmp_path: Path) -> None:
    with ExitStack() as stack:
        sites = [stack.enter_context(contextmanager(make_site)(lab, tmp_path / name)) for name in ("first", "second")]
        removals = []
        for site, removed, stays in zip(sites, ("one", "two"), ("two", "one"), strict=True):
            assert run_role(site, sso_client_id=removed).exit_code == 0
            other = site.admin.create_client({"clientId": stays})
            site.admin.add_client_default_client_scope(other, scope_of(site)["id"], {})
            removals.append({**site.role_variables, "sso_client_id": removed, "sso_state": "absent"})
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "roles": [{"role": "cellsops.sso.setup", "vars": values} for values in removals],
        }
        book = tmp_path / "both.yml"
        book.touch(mode=0o600)
        book.write_text(json.dumps([play]), encoding="utf-8")

        gone = run_playbook(book, {}, tmp_path / "play")

        assert gone.exit_code == 0, gone.output
        for site, removed, stays in zip(sites, ("one", "two"), ("two", "one"), strict=True):
            clients = [client["clientId"] for client in site.admin.get_clients()]
            assert (removed in clients, stays in clients) == (False, True)
            assert scope_of(site)["name"] == rows.GUIDE_SCOPE
            assert ldap_mapper_of(site)["name"] == rows.GUIDE_LDAP_MAPPER


@pytest.mark.thorough
def test_the_client_gets_the_scopes_that_the_realm_does_not_give_new_clients(site: Site) -> None:
    realm = Realm(site)
    for kind in ("default", "optional"):
        for scope in realm.get(f"default-{kind}-client-scopes"):
            realm.send("delete", f"default-{kind}-client-scopes/{scope['id']}")

    run = run_role(site)

    assert run.exit_code == 0, run.output
    assert log_in(site) == ["Test_DEM_WebUsers", "Test_Etrange_Gov"]


@pytest.mark.thorough
def test_a_claim_with_a_dot_in_its_name_gives_the_roles(site: Site) -> None:
    run = run_role(site, sso_groups_attribute="cells.groups")

    assert run.exit_code == 0, run.output
    assert log_in(site) == ["Test_DEM_WebUsers", "Test_Etrange_Gov"]


@pytest.mark.thorough
def test_a_secret_that_contains_the_password_of_the_administrator_is_not_written_in_parts(site: Site) -> None:
    assert run_role(site).exit_code == 0
    secret = f"{site.lab.keycloak.admin_password}-client-secret"
    site.admin.update_client(client_of(site)["id"], {"secret": secret})

    run = run_role(site)

    assert run.exit_code != 0
    assert "Ansible has replaced a part of this value" in run.failure
    (connector,) = [c for c in site.rows().cells("config/oauth2connectors")["connectors"] if c["id"] == "keycloak"]
    assert "*" not in connector["configoidc"]["clientSecret"]


@pytest.mark.thorough
def test_a_setting_that_a_client_policy_changes_back_is_named(site: Site) -> None:
    with policy("pkce-enforcer", auto_configure=True)(site):
        run = run_role(site)

    assert run.exit_code != 0
    assert "attributes.pkce.code.challenge.method was written as '', but is 'S256'" in run.failure
    assert "client policy" in run.failure


@pytest.mark.parametrize("visibility", ["hidden", "masked"])
@pytest.mark.thorough
def test_a_cells_that_hides_secrets_gets_the_guide_too(lab: Any, tmp_path: Path, visibility: str) -> None:
    for site in make_site(lab, tmp_path, env={"STANDIN_SECRET_VISIBILITY": visibility}):
        first, second = run_role(site), run_role(site)
        assert first.exit_code == 0, first.output
        assert second.changes == []
        assert [row.id for row in not_ok(site)] == ["C5"], "only the secret cannot be seen"
        stored = site.cells.config_path.read_text(encoding="utf-8")
        assert client_of(site)["secret"] in stored


@pytest.mark.parametrize("visibility", ["hidden", "masked"])
@pytest.mark.thorough
def test_a_new_secret_reaches_a_cells_that_hides_secrets(lab: Any, tmp_path: Path, visibility: str) -> None:
    for site in make_site(lab, tmp_path, env={"STANDIN_SECRET_VISIBILITY": visibility}):
        assert run_role(site, sso_rotate_secret_on="2026").exit_code == 0
        first = client_of(site)["secret"]

        # The client's tag alone, too: nobody could log in before Cells has the secret.
        rotation = ("--tags", "client")
        predicted = run_role(site, "--check", *rotation, sso_rotate_secret_on="2027")
        rotated = run_role(site, *rotation, sso_rotate_secret_on="2027")
        assert rotated.exit_code == 0, rotated.output
        assert predicted.changes == rotated.changes
        second = client_of(site)["secret"]
        assert second != first
        assert second in site.cells.config_path.read_text(encoding="utf-8")
        assert run_role(site, *rotation, sso_rotate_secret_on="2027").changes == []

        site.admin.delete_client(client_of(site)["id"])
        again = run_role(site)
        assert again.exit_code == 0, again.output
        assert client_of(site)["secret"] in site.cells.config_path.read_text(encoding="utf-8")


@pytest.mark.thorough
def test_the_audience_by_the_command_of_the_guide_and_the_way_back(site: Site) -> None:
    run = run_role(site, sso_audience_method="cli")
    assert run.exit_code == 0, run.output
    assert not_ok(site) == []

    # The command cannot take anything away: then the file is edited.
    back = {"sso_audience_method": "cli", "sso_state": "absent"}
    predicted = run_role(site, "--check", "--tags", "audience", **back)
    gone = run_role(site, "--tags", "audience", **back)
    assert gone.exit_code == 0, gone.output
    assert predicted.changes == gone.changes
    assert gone.changes == [
        "Stop Cells with sso_cells_stop_command",
        "Set the audience (A1, A2)",
        "Start Cells with sso_cells_start_command",
    ]
    assert audience_of(site.cells) == []


def test_an_empty_list_takes_no_audience_away(shared_site: Site, guided: Run) -> None:
    before = audience_of(shared_site.cells)

    run = run_role(shared_site, "--tags", "audience", sso_state="absent", sso_audience=[])

    assert run.exit_code == 0, run.output
    assert run.changes == []
    assert audience_of(shared_site.cells) == before != []


@pytest.mark.thorough
def test_a_slash_at_the_end_of_the_url_makes_no_difference(site: Site) -> None:
    run = run_role(site, sso_cells_url=f"{site.cells.url}/", sso_keycloak_url=f"{site.lab.keycloak.url}/")

    assert run.exit_code == 0, run.output
    assert not_ok(site) == []
    assert audience_of(site.cells) == [site.cells.url]
    assert run_role(site).changes == []


def test_variables_of_the_command_line_are_text_and_mean_the_same(shared_site: Site, guided: Run) -> None:
    run = run_role(shared_site, "--tags", "verify", "-e", "sso_max_clock_skew=5 sso_validate_certs=true")

    assert run.exit_code == 0, run.output


def test_the_roles_are_predicted_by_the_rules_that_the_connector_has(shared_site: Site, guided: Run) -> None:
    before: list[dict[str, Any]] = []

    def add_a_rule(connector: dict[str, Any]) -> None:
        before.extend(connector["mappingRules"])
        connector["mappingRules"] = [*before, {"LeftAttribute": "email", "RightAttribute": "Roles"}]

    put_connector(shared_site, add_a_rule)
    try:
        for arguments in ([], ["--check"]):
            run = run_role(shared_site, "--tags", "mapping,verify", *arguments)
            assert run.changes == []
            shown = run.task("Show the user's groups and roles").result["msg"]
            assert shown["roles"] == ["Test_DEM_WebUsers", "Test_Etrange_Gov", "dora@example.org"]
    finally:
        put_connector(shared_site, lambda connector: connector.update(mappingRules=before))


@pytest.mark.thorough
def test_a_realm_whose_name_is_written_otherwise_in_urls(site: Site) -> None:
    realm = name_of(create_realm(site.lab.keycloak, new_name("Büro 'A' 100%")))
    try:
        run = run_role(site, "--tags", "client", sso_realm=realm)
        options = {**site.keycloak_options, **site.cells_options, "realm": realm, "client_id": "localhost"}
        report = call_module("doctor_info", options)["report"]
    finally:
        delete_realm(site.lab.keycloak, quote(realm))

    assert run.exit_code == 0, run.output
    assert run.task("Create the connector").changed
    seen = {finding["id"]: finding["verdict"] for finding in report["findings"]}
    assert {name: seen[name] for name in ("keycloak.realm", "client.exists", "client.login_form")} == {
        "keycloak.realm": "ok",
        "client.exists": "ok",
        "client.login_form": "ok",
    }


@pytest.mark.thorough
def test_a_command_that_loses_clients_is_undone_and_cells_runs_again(lab: Any, tmp_path: Path) -> None:
    for site in make_site(lab, tmp_path, store="v5-kv-trunc"):
        before = site.cells.config_path.read_bytes()
        run = run_role(site, "--tags", "audience", sso_audience_method="cli")

        assert run.exit_code != 0
        assert "staticClients[1] is gone" in run.failure
        assert "was restored" in run.failure
        assert site.cells.config_path.read_bytes() == before
        assert requests.get(f"{site.cells.url}/a/frontend/bootconf", timeout=TIMEOUT).status_code == 200


@pytest.mark.thorough
def test_the_cells_command_may_have_several_words(site: Site) -> None:
    command = ["env", "CELLS_LOG=error", str(site.cells.cells_bin)]

    run = run_role(site, "--tags", "audience", sso_audience_method="cli", sso_cells_bin=command)

    assert run.exit_code == 0, run.output
    assert audience_of(site.cells) == [site.cells.url]


@pytest.mark.thorough
def test_each_step_runs_alone_by_its_tag(site: Site) -> None:
    assert run_role(site).exit_code == 0
    for tag in ("client", "connector", "ldap", "scope", "mapping", "audience", "verify"):
        run = run_role(site, "--tags", tag)
        assert run.exit_code == 0, run.output
        assert run.changes == []


@pytest.mark.thorough
def test_a_site_that_sets_the_audience_otherwise_is_told_whether_cells_has_it(lab: Any, tmp_path: Path) -> None:
    for site in make_site(lab, tmp_path, env={"STANDIN_OAUTH2CLIENTS": "full"}):
        before = site.cells.config_path.read_bytes()
        without = run_role(site, "--tags", "audience", sso_audience_method="none")
        assert without.exit_code == 0, without.output
        assert site.cells.config_path.read_bytes() == before

        lacking = run_role(site, sso_audience_method="none")
        assert lacking.exit_code == 0, lacking.output
        assert f"The audience of cells-frontend lacks {site.cells.url}" in lacking.output
        assert run_role(site, "--tags", "audience").changes != []
        assert "audience of cells-frontend lacks" not in run_role(site, sso_audience_method="none").output
