# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources of a user's groups (sso_groups_source) on a real Keycloak, each up to a login with the roles."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from lab import rows
from lab.login import Browser
from lab.secret import new_password
from lab.site import Site
from support.console import Realm, scope_of
from support.module import call_module
from support.quick import with_quick
from support.role import not_ok, run_role

PORTAL = "portal"
SOMEBODY_ELSES = {
    "name": "User Group Mapper: groups of somebody else",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-group-membership-mapper",
    "config": {"claim.name": "othergroups", "full.path": "true", "id.token.claim": "true"},
}


def add_person(site: Site, name: str) -> dict[str, str]:
    """Make a user who can log in; return id and password."""
    password = new_password(f"user-{name}")
    user = {
        "username": name,
        "email": f"{name}@example.org",
        "firstName": name.title(),
        "lastName": "Test",
        "enabled": True,
        "credentials": [{"type": "password", "value": password, "temporary": False}],
    }
    return {"id": site.admin.create_user(user), "password": password}


def join_group(site: Site, user_id: str, name: str) -> None:
    site.admin.group_user_add(user_id, site.admin.get_group_by_path(name)["id"])


def leave_group(site: Site, user_id: str, name: str) -> None:
    site.admin.group_user_remove(user_id, site.admin.get_group_by_path(name)["id"])


def get_realm_role(site: Site, user_id: str, name: str) -> None:
    site.admin.assign_realm_roles(user_id, [site.admin.get_realm_role(name)])


def lose_realm_role(site: Site, user_id: str, name: str) -> None:
    site.admin.delete_realm_roles_of_user(user_id, [site.admin.get_realm_role(name)])


def get_client_role(site: Site, user_id: str, name: str) -> None:
    portal = site.admin.get_client_id(PORTAL)
    site.admin.assign_client_role(user_id, portal, [site.admin.get_client_role(portal, name)])


def lose_client_role(site: Site, user_id: str, name: str) -> None:
    portal = site.admin.get_client_id(PORTAL)
    site.admin.delete_client_roles_of_user(user_id, portal, [site.admin.get_client_role(portal, name)])


class Membership(NamedTuple):
    """A source: variables of the role, how a user gets and loses a group, its name there, and the role in Cells."""

    variables: dict[str, Any]
    join: Callable[[Site, str, str], None]
    leave: Callable[[Site, str, str], None]
    first: tuple[str, str]
    second: tuple[str, str]


SOURCES = {
    "groups by name": Membership({}, join_group, leave_group, ("/staff/editors", "editors"), ("/guests", "guests")),
    "groups by path": Membership(
        {"sso_groups_full_path": True},
        join_group,
        leave_group,
        ("/staff/editors", "/staff/editors"),
        ("/guests", "/guests"),
    ),
    "realm roles": Membership(
        {"sso_groups_source": "realm_roles", "sso_groups_role_prefix": "kc-"},
        get_realm_role,
        lose_realm_role,
        ("editor", "kc-editor"),
        ("auditor", "kc-auditor"),
    ),
    "client roles": Membership(
        {"sso_groups_source": ["client_roles"], "sso_groups_client": PORTAL},
        get_client_role,
        lose_client_role,
        ("writer", "writer"),
        ("reader", "reader"),
    ),
}


def with_groups(site: Site) -> dict[str, str]:
    """Give a realm groups, roles and the user ada; return her passwords by her user id."""
    site.admin.create_group({"name": "guests"})
    site.admin.create_group({"name": "editors"}, parent=site.admin.create_group({"name": "staff"}))
    for name in ("editor", "auditor"):
        site.admin.create_realm_role({"name": name})
    portal = site.admin.create_client({"clientId": PORTAL})
    for name in ("writer", "reader"):
        site.admin.create_client_role(portal, {"name": name})
    return add_person(site, "ada")


@pytest.fixture(scope="module")
def people(shared_site: Site) -> dict[str, str]:
    """Who is in the realm of the shared site."""
    return with_groups(shared_site)


def run(site: Site, *arguments: str, **variables: Any) -> Any:
    """Run the role without LDAP."""
    return run_role(site, *arguments, **{"sso_ldap_provider": "", "sso_verify_username": "ada", **variables})


def roles_at_login(site: Site, person: dict[str, str]) -> list[str]:
    """Log in as ada and return her roles in Cells, those apart that each user of a realm has."""
    browser = Browser(site.cells.url)
    roles = browser.log_in("keycloak", "ada", person["password"]).roles
    return [role for role in roles if "default-roles-" not in role and "offline" not in role and "uma_" not in role]


@pytest.mark.parametrize("source", with_quick(SOURCES, "groups by name"))
def test_a_source_gives_the_roles_and_follows_the_membership(
    source: Membership, shared_site: Site, people: dict[str, str]
) -> None:
    site, user = shared_site, people["id"]
    source.join(site, user, source.first[0])
    predicted = run(site, "--check", **source.variables)
    done = run(site, **source.variables)
    again = run(site, **source.variables)

    assert done.exit_code == 0, done.output
    assert predicted.changes == done.changes
    assert again.changes == []
    assert source.first[1] in done.task("Show the user's groups and roles").result["msg"]["roles"]
    assert roles_at_login(site, people) == [source.first[1]]

    source.join(site, user, source.second[0])
    source.leave(site, user, source.first[0])
    assert roles_at_login(site, people) == [source.second[1]]
    source.leave(site, user, source.second[0])


def mappers_of(site: Site) -> dict[str, str]:
    """Return the types of the scope's protocol mappers by name."""
    return {mapper["name"]: mapper["protocolMapper"] for mapper in scope_of(site).get("protocolMappers", [])}


# No user of the directory is in a group of Keycloak, so there is nobody to verify.
TO_GROUPS = {"sso_groups_source": "groups", "sso_verify_username": ""}


@pytest.mark.thorough
def test_a_switch_removes_the_mapper_of_the_former_source_and_nothing_else(site: Site) -> None:
    assert run_role(site).exit_code == 0
    site.admin.add_mapper_to_client_scope(scope_of(site)["id"], SOMEBODY_ELSES)
    components = {c["name"] for c in site.admin.get_components()}

    predicted = run_role(site, "--check", **TO_GROUPS)
    switched = run_role(site, **TO_GROUPS)

    assert switched.exit_code == 0, switched.output
    assert predicted.changes == switched.changes
    assert mappers_of(site) == {
        "User Group Mapper: groups": "oidc-group-membership-mapper",
        SOMEBODY_ELSES["name"]: "oidc-group-membership-mapper",
    }
    assert components - {c["name"] for c in site.admin.get_components()} == {rows.GUIDE_LDAP_MAPPER}
    assert run_role(site, **TO_GROUPS).changes == []

    assert run_role(site).exit_code == 0
    assert not_ok(site) == []
    assert sorted(mappers_of(site)) == ["User Group Mapper", SOMEBODY_ELSES["name"]]


@pytest.mark.thorough
def test_the_ldap_mapper_of_a_former_source_stays_as_long_as_another_client_uses_it(site: Site) -> None:
    assert run_role(site).exit_code == 0
    own = {
        "name": "groups",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {"user.attribute": rows.GUIDE_CLAIM, "claim.name": "groups"},
    }
    site.admin.create_client({"clientId": "other", "protocolMappers": [own]})

    assert run_role(site, **TO_GROUPS).exit_code == 0

    assert rows.GUIDE_LDAP_MAPPER in {c["name"] for c in site.admin.get_components()}


@pytest.mark.thorough
def test_drift_of_a_source_is_seen_and_fixed(shared_site: Site, people: dict[str, str]) -> None:
    site = shared_site
    assert run(site, sso_verify_username="").exit_code == 0
    scope = scope_of(site)
    (mapper,) = scope["protocolMappers"]
    mapper["config"]["full.path"] = "true"
    site.admin.update_mapper_in_client_scope(scope["id"], mapper["id"], mapper)

    predicted = run(site, "--check", "--diff", "--tags", "scope")
    fixed = run(site, "--diff", "--tags", "scope")

    assert (
        predicted.changes
        == fixed.changes
        == ["Define the claim, and register the client with the client scope (S1, S2, G1-G6)"]
    )
    assert "full.path" in str(fixed.task("Define the claim").result["diff"])
    assert scope_of(site)["protocolMappers"][0]["config"]["full.path"] == "false"


@pytest.mark.thorough
def test_several_sources_are_merged_or_refused(site: Site) -> None:
    person = with_groups(site)
    join_group(site, person["id"], "/guests")
    get_client_role(site, person["id"], "writer")
    sources = {"sso_groups_source": ["groups", "client_roles"], "sso_groups_client": PORTAL}

    done = run(site, **sources)

    if site.lab.keycloak.version.startswith("22."):
        assert done.exit_code != 0
        assert "does not merge groups with another source" in done.failure
        assert "cellsscope" not in {scope["name"] for scope in site.admin.get_client_scopes()}
        return
    assert done.exit_code == 0, done.output
    assert sorted(roles_at_login(site, person)) == ["guests", "writer"]
    undone = run(site, sso_state="absent", **sources)
    assert undone.exit_code == 0, undone.output
    assert "cellsscope" not in {scope["name"] for scope in site.admin.get_client_scopes()}
    assert site.admin.get_group_by_path("/staff/editors")["name"] == "editors"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"sso_groups_source": "ldap_attribute"}, ["sso_groups_source: ldap_attribute needs sso_ldap_provider"]),
        ({"sso_groups_source": "client_roles"}, ["client_roles needs sso_groups_client"]),
        ({"sso_groups_source": "client_roles", "sso_groups_client": "shop"}, ["sso_groups_client", "no client 'shop'"]),
    ],
    ids=["no LDAP provider", "no client named", "no such client"],
)
def test_a_source_that_cannot_give_groups_is_refused_before_anything_is_written(
    variables: dict[str, Any], words: list[str], site: Site
) -> None:
    done = run(site, **variables)

    assert done.exit_code != 0
    assert all(word in done.failure for word in ["Nothing has been written", *words]), done.failure
    assert "localhost" not in {client["clientId"] for client in site.admin.get_clients()}


TEAMS = {"sso_ldap_groups": {"groups_dn": "ou=teams,dc=example,dc=org", "preserve_group_inheritance": True}}


@pytest.mark.thorough
def test_groups_of_the_directory_become_groups_in_keycloak_and_roles_in_cells(site: Site) -> None:
    variables = {**TEAMS, "sso_groups_full_path": True, "sso_verify_username": "emil"}
    predicted = run_role(site, "--check", **variables)
    done = run_role(site, **variables)
    again = run_role(site, **variables)

    assert done.exit_code == 0, done.output
    assert predicted.changes == done.changes
    assert again.changes == []
    assert done.task("Synchronize the groups").result["added"] == 2
    assert site.admin.get_group_by_path("/Cells_All/Cells_Editors")["name"] == "Cells_Editors"
    browser = Browser(site.cells.url)
    assert browser.log_in("keycloak", "emil", site.lab.ldap.users["emil"]).roles == ["/Cells_All/Cells_Editors"]

    predicted = run_role(site, "--check", sso_state="absent", **variables)
    undone = run_role(site, sso_state="absent", **variables)
    assert undone.exit_code == 0, undone.output
    assert predicted.changes == undone.changes
    assert "group-ldap-mapper" not in {component.get("providerId") for component in site.admin.get_components()}


IN_CHAIN = "1.2.840.113556.1.4.1941"
"""LDAP_MATCHING_RULE_IN_CHAIN of Active Directory ([MS-ADTS] 3.1.1.3.4.4.3).

No directory of these tests knows it: OpenLDAP finds nothing by it, UnboundID's server refuses it.
"""


@pytest.mark.thorough
def test_nested_groups_by_the_recursive_strategy_are_asked_for_by_the_rule_of_active_directory(site: Site) -> None:
    recursive = {**TEAMS["sso_ldap_groups"], "preserve_group_inheritance": False}
    recursive["user_groups_retrieve_strategy"] = "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE_RECURSIVELY"
    log = site.lab.ldap.directory / "access.log"
    before = log.stat().st_size

    done = run_role(site, sso_ldap_groups=recursive, sso_verify_username="")
    options = {**site.keycloak_options, "client_id": "localhost", "username": "emil"}
    call_module("keycloak_token_preview", options)

    assert done.exit_code == 0, done.output
    assert f"(member:{IN_CHAIN}:=uid=emil,ou=people,dc=example,dc=org)" in log.read_text(encoding="utf-8")[before:]


@pytest.mark.thorough
def test_a_synchronization_returns_its_counts(site: Site) -> None:
    options = {**site.keycloak_options, "ldap_provider": "ldap"}
    users = call_module("keycloak_ldap_sync", {**options, "mode": "full"})
    assert (users["changed"], users["added"], users["removed"], users["failed"]) == (True, 3, 0, 0)
    again = call_module("keycloak_ldap_sync", {**options, "mode": "full"})
    assert (again["changed"], again["added"], again["updated"]) == (False, 0, 3)
    assert call_module("keycloak_ldap_sync", {**options, "mode": "changed"})["changed"] is False


@pytest.mark.thorough
def test_the_doctor_begins_where_the_groups_come_from(shared_site: Site, people: dict[str, str]) -> None:
    site = shared_site
    assert run(site, sso_verify_username="").exit_code == 0
    join_group(site, people["id"], "/guests")
    options = {**site.keycloak_options, **site.cells_options, "client_id": "localhost", "username": "ada"}
    options["groups_source"] = ["groups"]

    report = call_module("doctor_info", options)["report"]
    links = {link["id"]: link for link in report["chain"]["links"]}
    assert list(links) == ["keycloak_group", "claim", "rule", "role"]
    assert [link["verdict"] for link in links.values()] == ["ok"] * 4
    assert links["keycloak_group"]["values"] == links["role"]["values"] == ["guests"]

    scope = scope_of(site)
    site.admin.delete_mapper_from_client_scope(scope["id"], scope["protocolMappers"][0]["id"])
    broken = call_module("doctor_info", options)["report"]
    links = {link["id"]: link["verdict"] for link in broken["chain"]["links"]}
    assert links["keycloak_group"] == "ok"
    assert links["claim"] == "broken"
    assert [f["id"] for f in broken["findings"] if f["verdict"] == "broken" and "audience" not in f["id"]] == [
        "scope.mapper"
    ]
    assert run(site).exit_code == 0


@pytest.mark.thorough
def test_roles_that_a_client_without_full_scope_drops_are_found(shared_site: Site, people: dict[str, str]) -> None:
    site = shared_site
    assert run(site, sso_groups_source="realm_roles").exit_code == 0
    get_realm_role(site, people["id"], "editor")
    client = next(c for c in site.admin.get_clients() if c["clientId"] == "localhost")
    site.admin.update_client(client["id"], {"fullScopeAllowed": False})
    options = {**site.keycloak_options, **site.cells_options, "client_id": "localhost", "username": "ada"}
    options["groups_source"] = ["realm_roles"]
    try:
        report = call_module("doctor_info", options)["report"]
    finally:
        site.admin.update_client(client["id"], {"fullScopeAllowed": True})
        lose_realm_role(site, people["id"], "editor")

    (finding,) = [finding for finding in report["findings"] if finding["id"] == "scope.roles"]
    assert finding["verdict"] == "broken"
    assert "editor" in finding["seen"]


def members(site: Site, **options: Any) -> tuple[dict[str, Any], dict[str, tuple[bool, bool]]]:
    """Return the doctor's finding about a group, and of each member whether Cells knows it, and has given the role."""
    shared = {**site.keycloak_options, **site.cells_options, "client_id": "localhost"}
    report = call_module("doctor_info", {**shared, **options})["report"]
    (finding,) = [finding for finding in report["findings"] if finding["id"] == "mapping.group"]
    listed = (report["group"] or {"members": []})["members"]
    return finding, {member["username"]: (member["in_cells"], member["has_role"]) for member in listed}


@pytest.mark.thorough
def test_the_doctor_lists_who_is_in_a_group_and_who_is_not_yet_in_cells(site: Site) -> None:
    people = {name: add_person(site, name) for name in ("ada", "bert", "cleo")}
    for name in ("guests", "staff"):
        site.admin.create_group({"name": name})
    assert run(site, sso_verify_username="").exit_code == 0
    join_group(site, people["ada"]["id"], "/guests")
    join_group(site, people["bert"]["id"], "/guests")
    roles_at_login(site, people["ada"])
    Browser(site.cells.url).log_in("keycloak", "cleo", people["cleo"]["password"])
    join_group(site, people["cleo"]["id"], "/guests")
    by_groups = {"groups_source": ["groups"]}

    finding, listed = members(site, group="guests", **by_groups)

    assert finding["verdict"] == "ok"
    assert listed == {"ada": (True, True), "bert": (False, False), "cleo": (True, False)}
    assert finding["seen"].startswith(
        "Members of the group guests: 3. With the role guests in Cells: 1. No login to Cells so far: bert."
        " The role comes with the next login: cleo."
    )
    assert members(site, group="/guests", groups_full_path=True, **by_groups)[1] == {}.fromkeys(
        people, (False, False)
    ) | {
        "ada": (True, False),
        "cleo": (True, False),
    }
    assert members(site, group="staff", **by_groups)[1] == {}
    unknown, _listed = members(site, group="nobody", **by_groups)
    assert (unknown["verdict"], unknown["seen"]) == ("warning", "Keycloak has no group nobody.")


@pytest.mark.thorough
def test_the_doctor_lists_who_has_a_role_of_keycloak_by_itself_or_by_a_group(site: Site) -> None:
    person = with_groups(site)
    other = add_person(site, "bert")
    assert run(site, sso_verify_username="", sso_groups_source="realm_roles").exit_code == 0
    get_realm_role(site, person["id"], "editor")
    site.admin.assign_group_realm_roles(
        site.admin.get_group_by_path("/guests")["id"], [site.admin.get_realm_role("editor")]
    )
    join_group(site, other["id"], "/guests")
    get_client_role(site, other["id"], "writer")

    by_roles = {"groups_source": ["realm_roles"], "groups_role_prefix": "kc-"}
    assert set(members(site, group="kc-editor", **by_roles)[1]) == {"ada", "bert"}
    assert members(site, group="editor", **by_roles)[0]["verdict"] == "warning"
    by_client = {"groups_source": ["client_roles"], "groups_client": PORTAL}
    assert set(members(site, group="writer", **by_client)[1]) == {"bert"}


@pytest.mark.thorough
def test_the_doctor_lists_who_is_in_a_group_of_the_directory(site: Site) -> None:
    by_attribute = {"ldap_provider": "ldap", "group": site.lab.ldap.group_dn("Test_DEM_WebUsers")}
    assert run_role(site).exit_code == 0
    Browser(site.cells.url).log_in("keycloak", "dora", site.lab.ldap.users["dora"])

    assert members(site, **by_attribute)[1] == {"dora": (True, True), "emil": (False, False)}

    assert run_role(site, **{**TEAMS, "sso_verify_username": ""}).exit_code == 0
    assert members(site, ldap_provider="ldap", groups_source=["groups"], group="Cells_Editors")[1] == {
        "emil": (False, False)
    }


def without_full_scope(site: Site) -> dict[str, Any]:
    """Take full scope from the client of Cells, and return the client."""
    client: dict[str, Any] = next(c for c in site.admin.get_clients() if c["clientId"] == "localhost")
    site.admin.update_client(client["id"], {"fullScopeAllowed": False})
    return client


@pytest.mark.thorough
def test_a_role_source_is_refused_if_the_client_would_drop_every_role(site: Site) -> None:
    with_groups(site)
    assert run(site, sso_verify_username="").exit_code == 0
    client = without_full_scope(site)
    before = scope_of(site)
    by_roles = {"sso_groups_source": "realm_roles", "sso_verify_username": ""}

    refused = run(site, **by_roles)

    assert refused.exit_code != 0
    assert "Nothing has been written" in refused.failure
    assert 'sso_client_id: "Full scope allowed" of the client localhost is off' in refused.failure
    assert scope_of(site) == before

    site.admin.assign_realm_roles_to_client_scope(client["id"], [site.admin.get_realm_role("editor")])
    done = run(site, **by_roles)

    assert done.exit_code == 0, done.output
    (note,) = done.task("Show which groups may not reach Cells").result["msg"]
    assert note.endswith("Of the realm roles, only those in its scope reach Cells: editor.")


@pytest.mark.thorough
def test_the_roles_of_a_client_scope_that_is_not_assigned_yet_count(site: Site) -> None:
    with_groups(site)
    assert run(site, sso_verify_username="").exit_code == 0
    client = without_full_scope(site)
    realm, by_roles = Realm(site), {"sso_groups_source": "realm_roles", "sso_verify_username": ""}
    scope = realm.named("client-scopes", rows.GUIDE_SCOPE)["id"]
    realm.send("delete", f"clients/{client['id']}/default-client-scopes/{scope}")
    assert "Nothing has been written" in run(site, **by_roles).failure

    realm.send("post", f"client-scopes/{scope}/scope-mappings/realm", [site.admin.get_realm_role("editor")])
    done = run(site, **by_roles)

    assert done.exit_code == 0, done.output
    (note,) = done.task("Show which groups may not reach Cells").result["msg"]
    assert note.endswith("Of the realm roles, only those in its scope reach Cells: editor.")


@pytest.mark.thorough
def test_a_client_does_not_drop_its_own_roles(site: Site) -> None:
    person = with_groups(site)
    assert run(site, sso_verify_username="").exit_code == 0
    client = without_full_scope(site)
    site.admin.create_client_role(client["id"], {"name": "writer"})
    site.admin.assign_client_role(person["id"], client["id"], [site.admin.get_client_role(client["id"], "writer")])

    done = run(site, sso_groups_source="client_roles", sso_groups_client="localhost")

    assert done.exit_code == 0, done.output
    assert roles_at_login(site, person) == ["writer"]
    options = {**site.keycloak_options, **site.cells_options, "client_id": "localhost", "username": "ada"}
    options |= {"groups_source": ["client_roles"], "groups_client": "localhost"}
    findings = call_module("doctor_info", options)["report"]["findings"]
    assert [finding["verdict"] for finding in findings if finding["id"] == "scope.roles"] == ["ok"]


@pytest.mark.thorough
def test_the_role_lets_a_user_attribute_through_the_user_profile_on_request_and_back(site: Site) -> None:
    person = add_person(site, "ada")
    by_attribute = {"sso_groups_source": "user_attribute", "sso_verify_username": ""}
    on_request = {**by_attribute, "sso_user_profile_attribute": True}

    def known() -> bool:
        profile = site.admin.connection.raw_get(f"admin/realms/{site.realm}/users/profile").json()
        return "cellsgroups" in {entry["name"] for entry in profile.get("attributes") or []}

    def keeps_the_attribute() -> bool:
        user = site.admin.get_user(person["id"])
        site.admin.update_user(person["id"], {**user, "attributes": {"cellsgroups": ["from a broker"]}})
        return "cellsgroups" in (site.admin.get_user(person["id"]).get("attributes") or {})

    needed = not site.lab.keycloak.version.startswith("22.")
    without = run(site, **by_attribute)
    assert without.exit_code == 0, without.output
    assert ("does not define cellsgroups" in without.output) is needed
    assert keeps_the_attribute() is not needed

    predicted = run(site, "--check", **on_request)
    done = run(site, **on_request)
    assert done.exit_code == 0, done.output
    assert predicted.changes == done.changes == ["Let the user attribute through the user profile (S2)"] * needed
    assert keeps_the_attribute()
    assert known() is needed
    again = run(site, **{**on_request, "sso_verify_username": "ada"})
    assert again.changes == [], again.output
    assert roles_at_login(site, person) == ["from a broker"]

    back = {**on_request, "sso_state": "absent"}
    predicted = run(site, "--check", **back)
    gone = run(site, **back)
    assert gone.exit_code == 0, gone.output
    assert predicted.changes == gone.changes
    assert not known()


PAGE = Path(__file__).parents[2] / "docs/groups.md"


def examples() -> list[Any]:
    """Return the variables of each example on the page, under its heading."""
    parts = re.split(r"^## (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [
        pytest.param(heading, yaml.safe_load(block), id=f"{heading}, {number}")
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL), 1)
    ]


ON_THE_PAGE = {
    "An LDAP attribute": ("dora", {"Test_DEM_WebUsers", "Test_Etrange_Gov"}),
    "LDAP groups": ("emil", {"Cells_Editors"}),
    "Keycloak groups": ("ada", {"editors", "/staff/editors"}),
    "Roles": ("ada", {"kc-editor", "writer"}),
    "A user attribute": ("ada", {"from a broker"}),
    "Several sources": ("ada", {"editors", "writer"}),
}
"""Who shows what the examples below a heading give, and roles among which those are."""


@pytest.fixture(scope="module")
def ada_everywhere(shared_site: Site, people: dict[str, str]) -> str:
    """Make ada a member wherever the page looks and nowhere else, and return her id."""
    site = shared_site
    for group in site.admin.get_user_groups(people["id"]):
        leave_group(site, people["id"], group["path"])
    join_group(site, people["id"], "/staff/editors")
    get_realm_role(site, people["id"], "editor")
    get_client_role(site, people["id"], "writer")
    path = f"admin/realms/{site.realm}/users/profile"
    profile = site.admin.connection.raw_get(path).json()
    if not site.lab.keycloak.version.startswith("22."):
        profile["unmanagedAttributePolicy"] = "ADMIN_EDIT"
        site.admin.connection.raw_put(path, data=json.dumps(profile))
    user = site.admin.get_user(people["id"])
    site.admin.update_user(people["id"], {**user, "attributes": {"cellsgroups": ["from a broker"]}})
    return people["id"]


@pytest.mark.parametrize(("heading", "variables"), examples())
@pytest.mark.thorough
def test_each_example_of_the_page_gives_the_roles(
    heading: str, variables: dict[str, Any], shared_site: Site, ada_everywhere: str
) -> None:
    username, among = ON_THE_PAGE[heading]
    if heading == "Several sources" and shared_site.lab.keycloak.version.startswith("22."):
        pytest.skip("this version does not merge")

    done = run(shared_site, sso_verify_username=username, **variables)

    assert done.exit_code == 0, done.output
    roles = done.task("Show the user's groups and roles").result["msg"]["roles"]
    own = {role for role in roles if not re.search("default-roles|offline_access|uma_authorization", role)}
    assert own
    assert own <= among
