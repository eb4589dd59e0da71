# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account with just the roles of docs/least-privilege.md does it all, and a token's life is no limit to a play."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from lab.realm import LDAP_PROVIDER, ServiceAccount, admin, create_service_account, new_name
from lab.site import Site
from support.module import assert_one_clear_line, call_module, predict_and_run
from support.playbook import Run, run_playbook
from support.role import PLAYBOOK, not_ok

JUST_ENOUGH = ["manage-clients", "manage-realm", "view-users"]
MAPPER = {"name": "m", "user_model_attribute": "cellsgroups", "ldap_attribute": "memberOf"}


@pytest.fixture(scope="module")
def accounts(shared_site: Site) -> dict[str, ServiceAccount]:
    """Accounts with exactly the necessary roles, without one of them, and with only that one."""
    sets = {"all": JUST_ENOUGH, "none": [], "view-realm": ["view-realm"]}
    sets |= {f"no {role}": [other for other in JUST_ENOUGH if other != role] for role in JUST_ENOUGH}
    sets |= {role: [role] for role in JUST_ENOUGH}
    return {name: create_service_account(shared_site.admin, roles) for name, roles in sets.items()}


def options_of(site: Site, account: ServiceAccount) -> dict[str, Any]:
    """Return the shared options for a login as the account."""
    return {
        "auth_keycloak_url": site.lab.keycloak.url,
        "auth_realm": account.realm,
        "auth_client_id": account.client_id,
        "auth_client_secret": account.client_secret,
        "realm": site.realm,
    }


def run_role_as(site: Site, account: ServiceAccount, *arguments: str, **variables: Any) -> Run:
    """Run the role with the account instead of the administrator."""
    administrator = ("sso_keycloak_username", "sso_keycloak_password")
    own = {name: value for name, value in site.role_variables.items() if name not in administrator}
    own |= {
        "sso_keycloak_client_id": account.client_id,
        "sso_keycloak_client_secret": account.client_secret,
        "sso_keycloak_auth_realm": account.realm,
        **variables,
    }
    return run_playbook(PLAYBOOK, own, site.folder / "play", *arguments)


def test_the_whole_role_with_just_enough_rights(shared_site: Site, accounts: dict[str, ServiceAccount]) -> None:
    mark = shared_site.lab.keycloak.mark()
    run = run_role_as(shared_site, accounts["all"])
    assert run.exit_code == 0, run.output
    assert not_ok(shared_site) == []
    sent = shared_site.lab.keycloak.requests_since(mark)
    assert [request.path for request in sent if request.status in (401, 403)] == []
    assert [r.path for r in sent if r.path.endswith("/token")] == [
        f"/realms/{shared_site.realm}/protocol/openid-connect/token"
    ]
    assert run_role_as(shared_site, accounts["all"], "--check").changes == []


@pytest.mark.parametrize(
    ("role", "module", "options"),
    [
        ("manage-clients", "keycloak_oidc_client", {"client_id": "c", "default_client_scopes": ["phone"]}),
        ("manage-clients", "keycloak_client_scope", {"name": "s", "protocol_mappers": []}),
        ("manage-realm", "keycloak_ldap_mapper", {"ldap_provider": LDAP_PROVIDER, **MAPPER}),
    ],
)
def test_each_step_takes_one_role(
    role: str, module: str, options: dict[str, Any], shared_site: Site, accounts: dict[str, ServiceAccount]
) -> None:
    """The role alone makes, changes and removes; all others together do not."""
    without = call_module(module, {**options_of(shared_site, accounts[f"no {role}"]), **options})
    assert_one_clear_line(without, "HTTP 403", f"{_reads(role)} of the client realm-management")

    with_it = options_of(shared_site, accounts[role])
    predict_and_run(module, {**with_it, **options})
    change: dict[str, Any] = {"ldap_attribute": "description"} if "ldap" in module else {"description": "d"}
    predict_and_run(module, {**with_it, **options, **change})
    predict_and_run(module, {**with_it, **options, "state": "absent"})


def _reads(role: str) -> str:
    """Return the role that is named first: a module reads before it writes."""
    return role.replace("manage", "view")


def test_a_mapper_may_be_read_but_not_written(shared_site: Site, accounts: dict[str, ServiceAccount]) -> None:
    options = {**options_of(shared_site, accounts["view-realm"]), "ldap_provider": LDAP_PROVIDER, **MAPPER}
    assert call_module("keycloak_ldap_mapper", options, check=True)["changed"]
    assert_one_clear_line(call_module("keycloak_ldap_mapper", options), "HTTP 403", "manage-realm")


def test_a_preview_takes_view_users(shared_site: Site, accounts: dict[str, ServiceAccount]) -> None:
    preview = {"client_id": accounts["all"].client_id, "username": "dora", "expect_claims": ["email"]}
    done = call_module("keycloak_token_preview", {**options_of(shared_site, accounts["all"]), **preview})
    assert done["id_token"]["email"] == "dora@example.org"
    for account, role in (("no view-users", "view-users"), ("view-users", "view-clients")):
        result = call_module("keycloak_token_preview", {**options_of(shared_site, accounts[account]), **preview})
        # Before 26, Keycloak shows an empty list of clients to who may not see them.
        assert_one_clear_line(result, role)


def test_clients_are_read_with_manage_clients(shared_site: Site, accounts: dict[str, ServiceAccount]) -> None:
    name = accounts["all"].client_id
    read = call_module(
        "keycloak_oidc_client_info", {**options_of(shared_site, accounts["manage-clients"]), "client_id": name}
    )
    assert [client["clientId"] for client in read["clients"]] == [name]
    none = call_module("keycloak_oidc_client_info", options_of(shared_site, accounts["none"]))
    assert_one_clear_line(none, "HTTP 403", "view-clients")


def test_a_login_says_that_the_realm_is_not_the_accounts(
    shared_site: Site, accounts: dict[str, ServiceAccount]
) -> None:
    options = options_of(shared_site, accounts["all"])
    assert call_module("keycloak_token", options)["expires_in"] > 200
    assert_one_clear_line(call_module("keycloak_token", {**options, "realm": "master"}), "HTTP 403")


@pytest.mark.parametrize("role", ["manage-clients", "manage-realm", "view-users"])
def test_the_role_names_the_right_that_is_missing_before_it_writes(
    role: str, shared_site: Site, accounts: dict[str, ServiceAccount]
) -> None:
    tags = {"manage-clients": "client", "manage-realm": "ldap", "view-users": "verify"}
    # Give the task something to write if everything exists already.
    variables = {"sso_mapper_name": "another", "sso_client_name": "Another"} if role != "view-users" else {}
    run = run_role_as(shared_site, accounts[f"no {role}"], "--tags", tags[role], **variables)
    assert run.exit_code != 0
    assert run.failure.startswith("Nothing has been written")
    assert "realm-management" in run.failure
    assert _reads(role) in run.failure or role in run.failure


# Longer than a token lives


SLOW = """
- hosts: localhost
  connection: local
  gather_facts: false
  module_defaults:
    group/cellsops.sso.keycloak: "{{ shared | combine({'token': login.token | default(omit)}) }}"
  tasks:
    - name: Log in
      cellsops.sso.keycloak_token:
      register: login
    - name: Before
      cellsops.sso.keycloak_oidc_client:
        client_id: before
    - name: Longer than the token lives
      ansible.builtin.pause:
        seconds: 4
    - name: After
      cellsops.sso.keycloak_oidc_client:
        client_id: after
"""


@pytest.fixture
def short_lived(site: Site) -> dict[str, Any]:
    """The options of an administrator of a realm in which tokens live 3 seconds."""
    account = create_service_account(site.admin, JUST_ENOUGH)
    site.admin.update_realm(site.realm, {"accessTokenLifespan": 3})
    return options_of(site, account)


def test_a_play_outlives_its_token(site: Site, short_lived: dict[str, Any]) -> None:
    playbook = site.folder / "slow.yml"
    playbook.write_text(SLOW, encoding="utf-8")
    mark = site.lab.keycloak.mark()

    run = run_playbook(playbook, {"shared": short_lived}, site.folder / "play")

    assert run.exit_code == 0, run.output
    assert run.task("After").changed
    refused = [r for r in site.lab.keycloak.requests_since(mark) if r.status in (401, 403)]
    assert refused == [], "a token near its end is renewed before it is used"


def test_the_role_with_tokens_of_three_seconds(site: Site, short_lived: dict[str, Any]) -> None:
    account = ServiceAccount(short_lived["auth_client_id"], short_lived["auth_client_secret"], site.realm)
    run = run_role_as(site, account, "--tags", "client,ldap,scope")
    assert run.exit_code == 0, run.output
    assert [row.id for row in not_ok(site) if row.id[0] in "GLS"] == []


def test_a_token_that_is_over_is_renewed_in_the_middle_of_a_module(site: Site, short_lived: dict[str, Any]) -> None:
    token = call_module("keycloak_token", short_lived)["token"]
    time.sleep(4)
    mark = site.lab.keycloak.mark()

    done = call_module("keycloak_oidc_client", {**short_lived, "token": token, "client_id": "c"})

    assert done["changed"], done
    sent = site.lab.keycloak.requests_since(mark)
    assert len([request for request in sent if request.path.endswith("/token")]) >= 1
    assert token not in json.dumps(done)


def test_a_revoked_token_is_renewed_if_there_are_credentials(shared_site: Site) -> None:
    token = call_module("keycloak_token", shared_site.keycloak_options)["token"]
    spoilt = token[:-20] + ("A" * 20)
    done = call_module("keycloak_oidc_client_info", {**shared_site.keycloak_options, "token": spoilt})
    assert done["clients"], done


SERVICE_ACCOUNT = PLAYBOOK.parents[2] / "playbooks/service_account.yml"


def test_the_playbook_makes_the_account_that_is_just_enough(site: Site, tmp_path: Path) -> None:
    """Predicted, made, left alone by a second run; and the whole role, and the doctor, run as that account."""
    secret = tmp_path / "ansible.secret"
    names = ("sso_keycloak_url", "sso_keycloak_username", "sso_keycloak_password", "sso_realm")
    variables = {name: site.role_variables[name] for name in names} | {"sso_service_account_secret_file": str(secret)}

    def run(*arguments: str) -> Run:
        done = run_playbook(SERVICE_ACCOUNT, variables, tmp_path / "play", "--diff", *arguments)
        assert done.exit_code == 0, done.output
        return done

    predicted = run("--check").changes
    assert not secret.exists()
    made = run()
    assert made.changes == predicted
    assert run().changes == []
    assert run("--check").changes == []
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    value = secret.read_text(encoding="utf-8").strip()
    assert len(value) >= 32
    assert value not in made.output

    account = ServiceAccount(realm=site.realm, client_id="ansible", client_secret=value)
    role = run_role_as(site, account)
    assert role.exit_code == 0, role.output
    assert not_ok(site) == []
    whole = {**options_of(site, account), **site.cells_options, "client_id": "localhost", "username": "dora"}
    report = call_module("doctor_info", {**whole, "ldap_provider": LDAP_PROVIDER})["report"]
    assert report["verdict"] == "ok", report["findings"]


def test_roles_of_a_service_account(shared_site: Site, accounts: dict[str, ServiceAccount]) -> None:
    shared = {**shared_site.keycloak_options, "client_id": accounts["none"].client_id}
    name = "keycloak_service_account_roles"
    given = predict_and_run(name, {**shared, "roles": ["view-users", "manage-clients"]})
    assert given["roles"] == ["manage-clients", "view-users"]
    more = predict_and_run(name, {**shared, "roles": ["view-realm"]})
    assert more["roles"] == ["manage-clients", "view-realm", "view-users"]
    exact = predict_and_run(name, {**shared, "roles": ["view-events"], "mode": "exact"})
    assert len(exact["actions"]) == 2
    assert exact["roles"] == ["view-events"]
    predict_and_run(name, {**shared, "roles": ["view-clients"], "roles_client": "realm-management"})
    gone = predict_and_run(name, {**shared, "roles": ["view-clients", "manage-users"], "state": "absent"})
    assert gone["roles"] == ["view-events"]
    assert predict_and_run(name, {**shared, "roles": [], "mode": "exact"})["roles"] == []


def test_in_the_realm_master_the_roles_belong_to_another_client(shared_site: Site) -> None:
    master = admin(shared_site.lab.keycloak)
    client_id = new_name("robot")
    created = master.create_client({"clientId": client_id, "serviceAccountsEnabled": True, "publicClient": False})
    try:
        options = {**shared_site.keycloak_options, "realm": "master", "client_id": client_id}
        options["roles"] = ["manage-clients"]
        given = call_module("keycloak_service_account_roles", options)
        wrong = call_module("keycloak_service_account_roles", {**options, "roles_client": "realm-management"})
    finally:
        master.delete_client(created)

    assert (given["changed"], given["roles"]) == (True, ["manage-clients"])
    assert_one_clear_line(wrong, "roles_client", "realm-management")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"roles": []}, ["roles", "at least one"]),
        ({"roles": ["no-such-role"]}, ["no role no-such-role", "manage-clients"]),
        ({"roles": ["view-users"], "client_id": "no-such-client"}, ["no client no-such-client"]),
        ({"roles": ["view-users"], "client_id": "account"}, ["with a service account"]),
        ({"roles": ["view-users"], "roles_client": "no-such-client"}, ["roles_client", "no-such-client"]),
    ],
)
def test_roles_that_cannot_be_given_are_one_line(
    shared_site: Site, accounts: dict[str, ServiceAccount], options: dict[str, Any], words: list[str]
) -> None:
    shared = {**shared_site.keycloak_options, "client_id": accounts["none"].client_id}
    assert_one_clear_line(call_module("keycloak_service_account_roles", {**shared, **options}), *words)
