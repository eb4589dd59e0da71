# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets appear in no output, log, process list or other file, in plays that succeed and in plays that fail."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.secret import new_password
from lab.site import Site, make_site
from support.console import client_of
from support.playbook import Run
from support.role import PLAYBOOK
from support.secret_search import Watched, without_debug_records

ROOT = Path(__file__).parents[2]
DOCTOR = ROOT / "playbooks/doctor.yml"
RETURN_TOKENS = ("keycloak_token", "sso_preflight_info")
"""Modules whose result is a token: tasks with them hide it."""
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("[!_]*.py"))

FORMS = {
    "JSON": {},
    "YAML": {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"},
    "files of JSON and XML": {"ANSIBLE_CALLBACKS_ENABLED": "task_results,ansible.builtin.tree,ansible.builtin.junit"},
    "ANSIBLE_DEBUG": {"ANSIBLE_DEBUG": "true"},
}
"""The output formats of ansible-core, all with -vvvv --diff and with a log file."""


@pytest.fixture(scope="module")
def watched(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("secrets")
    for site in make_site(lab, tmp_path_factory.mktemp("site")):
        secrets = {
            "the administrator's password": lab.keycloak.admin_password,
            "the Cells token": site.cells.token,
            "the LDAP bind password": lab.ldap.bind_password,
            "dora's password": lab.ldap.users["dora"],
        }
        yield Watched(site, folder, secrets)


@pytest.fixture(autouse=True)
def count(watched: Watched, tally: Callable[[str, int], None]) -> Iterator[None]:
    """Tell the summary how much was searched."""
    known = len(watched.secrets) if watched.searched else 0
    watched.searched.clear()
    yield
    for what, number in watched.searched.items():
        tally(what, number)
    tally("secrets searched for", len(watched.secrets) - known)


def know_the_client_secret(watched: Watched) -> str:
    secret = str(client_of(watched.site)["secret"])
    watched.secrets[f"the client secret {len(watched.secrets)}"] = secret
    return secret


@pytest.fixture(scope="module")
def first_run(watched: Watched) -> Run:
    """The role's first run."""
    run = watched.run(PLAYBOOK, watched.site.role_variables)
    assert run.exit_code == 0, run.output[-3000:]
    know_the_client_secret(watched)
    return run


def test_the_role_shows_no_secret(watched: Watched, first_run: Run) -> None:
    assert first_run.output.count("EXEC /bin/sh") > 10, "this is not what -vvvv prints"
    assert watched.leaks(first_run) == []


def test_the_secrets_are_only_in_their_own_places(watched: Watched, first_run: Run) -> None:
    secret = client_of(watched.site)["secret"]
    assert secret in watched.site.cells.config_path.read_text(encoding="utf-8")
    variables = watched.folder / "play" / "vars.json"
    assert watched.secrets["the administrator's password"] in variables.read_text(encoding="utf-8")
    assert variables.stat().st_mode & 0o077 == 0


def test_this_search_finds_a_secret(watched: Watched, first_run: Run) -> None:
    planted = watched.folder / "planted"
    planted.write_text(f"x {watched.secrets['the Cells token']} y", encoding="utf-8")
    play = watched.folder / "plants.yml"
    token = watched.secrets["the Cells token"]
    play.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": PLANTS}]), encoding="utf-8")
    run = watched.run(play, {"token": token})
    leaks = watched.leaks(run)
    for path in (planted, play, watched.folder / "ansible.log", watched.folder / "play/results.jsonl"):
        path.unlink(missing_ok=True)
    assert {leak.partition(":")[0] for leak in leaks} >= {
        f"the Cells token in {planted}",
        "the Cells token in the output",
        "the Cells token in the process list",
        f"the Cells token in {watched.folder / 'ansible.log'}",
    }


PLANTS = [{"name": "Show a secret", "ansible.builtin.command": {"argv": ["sh", "-c", "sleep 1; # {{ token }}"]}}]


@pytest.mark.parametrize("form", FORMS)
def test_the_role_and_the_doctor_show_no_secret_in_any_form(
    watched: Watched, first_run: Run, form: str, scale: Callable[[int, int], int]
) -> None:
    """Each run rotates the client's secret, so that there is something to tell."""
    old = know_the_client_secret(watched)
    variables = {**watched.site.role_variables, "sso_rotate_secret_on": form}
    in_short = bool(scale(1, 0))
    tags = ("--tags", "client,connector") if in_short else ()
    for arguments in [tags] if in_short and form != "JSON" else [("--check", *tags), tags]:
        run = watched.run(PLAYBOOK, variables, *arguments, **FORMS[form])
        assert run.exit_code == 0, run.output[-3000:]
        new = know_the_client_secret(watched)
        assert "********** (new)" in run.output, "the diff tells that there is another one"
        assert_no_leak(watched, run, form)
    assert new != old
    doctor = {"sso_hosts": "localhost", "ansible_become": False, "doctor_session_username": "dora"}
    doctor["doctor_session_password"] = watched.secrets["dora's password"]
    run = watched.run(DOCTOR, {**watched.site.role_variables, **doctor}, **FORMS[form])
    assert run.exit_code == 0, run.output[-3000:]
    assert_no_leak(watched, run, form)


def assert_no_leak(watched: Watched, run: Run, form: str) -> None:
    """Assert that nothing leaked, but for the debug records in which Ansible prints each module's arguments itself."""
    if form != "ANSIBLE_DEBUG":
        assert watched.leaks(run) == []
        return
    quiet = without_debug_records(run)
    assert "_low_level_execute_command(): executing" in quiet, "this is not what ANSIBLE_DEBUG prints"
    assert len(quiet) < len(run.output)
    assert watched.leaks(Run(run.exit_code, quiet, run.tasks)) == []


FAILURES: dict[str, dict[str, Any]] = {
    "a wrong password": {"sso_keycloak_password": new_password("wrong-admin")},
    "an expired Cells token": {"sso_cells_token": new_password("expired-cells")},
    "a wrong issuer": {"sso_issuer": "{{ sso_keycloak_url }}/realms/{{ sso_realm }}/"},
    "a scope that Keycloak refuses": {"sso_scope_name": "two words"},
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_role_shows_no_secret(
    failure: str, watched: Watched, first_run: Run, scale: Callable[[int, int], int]
) -> None:
    variables = FAILURES[failure]
    watched.secrets |= {f"the wrong {name}": value for name, value in variables.items() if value.startswith("lab-")}
    for form in list(FORMS)[: scale(1, len(FORMS))]:
        run = watched.run(
            PLAYBOOK, {**watched.site.role_variables, **variables}, "--tags", "client,connector,scope", **FORMS[form]
        )
        assert run.exit_code != 0
        assert_no_leak(watched, run, form)


def calls(site: Site) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (tasks that do well, tasks that fail), both for every module; secrets come by variables."""
    own = {name: f"{{{{ planted.{name} }}}}" for name in ("first", "second", "token", "password", "dora")}
    issuer, cells_url, keycloak_url = site.issuer, site.cells.url, site.lab.keycloak.url
    config = {"config_path": str(site.cells.config_path)}
    no_password = {"auth_username": "{{ omit }}", "auth_password": "{{ omit }}"}
    connector = {"connector_id": "own", "name": "Own", "client_id": "own", "issuer": issuer}
    mapper = {"ldap_provider": "ldap", "name": "m", "user_model_attribute": "a", "ldap_attribute": "b"}
    account = {"client_id": "own", "public_client": False, "service_accounts_enabled": True}
    session = {"cells_url": cells_url, "keycloak_url": keycloak_url, "username": "dora"}
    audience = {**config, "audience": ["https://secrets.example.org"], "backup": True, "allow_running": True}
    kit = {"test_instance": "localhost", "run": "0123456789ab"}
    wrong_token = {**no_password, "token": own["token"]}
    address = f"http://admin:{own['password']}@localhost:1"
    good: list[tuple[str, dict[str, Any]]] = [
        ("keycloak_oidc_client_info", {"token": "{{ login.token }}"}),
        ("keycloak_oidc_client", {**account, "secret": own["first"]}),
        ("keycloak_oidc_client", {**account, "secret": own["second"]}),
        ("keycloak_oidc_clients", {"clients": [{"client_id": "own", "secret": own["second"]}]}),
        ("keycloak_service_account_roles", {"client_id": "own", "roles": ["view-clients"]}),
        ("keycloak_client_scope", {"name": "own", "protocol_mappers": []}),
        ("keycloak_ldap_mapper", mapper),
        ("keycloak_ldap_sync", {"ldap_provider": "ldap", "mode": "changed"}),
        ("keycloak_user_profile_attribute", {"name": "own"}),
        ("cells_connector", {**connector, "client_secret": own["first"]}),
        ("cells_connector", {"connector_id": "own", "client_secret": own["second"]}),
        ("cells_connector_info", {}),
        ("cells_role", {"role_id": "own", "label": "Own"}),
        ("cells_role_info", {}),
        ("keycloak_token_preview", {"client_id": "own", "username": "dora"}),
        ("cells_config_audience", audience),
        ("cells_config_info", config),
        ("cells_conformance", {**kit, "state": "absent"}),
        ("cells_host_info", config),
        ("cells_session_check", {**session, "password": own["dora"]}),
        ("clock_skew_info", {"url": cells_url}),
        ("doctor_info", {"client_id": "own", "username": "dora"}),
        ("keycloak_reachable_info", {"issuer": issuer}),
        ("sso_export_info", {"connector_id": "own"}),
        ("sso_verification_info", {"client_id": "own", "connector_name": "Own", "username": "dora"}),
    ]
    bad: list[tuple[str, dict[str, Any]]] = [
        ("keycloak_oidc_client_info", wrong_token),
        ("keycloak_token", {"auth_password": own["password"]}),
        ("keycloak_oidc_client_info", {"auth_keycloak_url": address}),
        ("keycloak_token", {**no_password, "auth_client_id": "own", "auth_client_secret": own["password"]}),
        ("keycloak_oidc_client", {"client_id": "public", "public_client": True, "secret": own["first"]}),
        ("keycloak_oidc_clients", {**wrong_token, "clients": [{"client_id": "own", "secret": own["first"]}]}),
        ("keycloak_service_account_roles", {**wrong_token, "client_id": "own", "roles": ["view-clients"]}),
        ("keycloak_client_scope", {**wrong_token, "name": "own"}),
        ("keycloak_ldap_mapper", {**mapper, **wrong_token}),
        ("keycloak_ldap_sync", {**wrong_token, "ldap_provider": "ldap"}),
        ("keycloak_user_profile_attribute", {**wrong_token, "name": "own"}),
        ("keycloak_token_preview", {"auth_password": own["password"], "client_id": "own", "username": "dora"}),
        ("cells_connector", {"cells_token": own["token"], "connector_id": "own", "client_secret": own["first"]}),
        ("cells_connector_info", {"cells_token": f"{own['token']} {own['password']}"}),
        ("cells_role", {"cells_token": own["token"], "role_id": "own"}),
        ("cells_role_info", {"cells_token": own["token"]}),
        ("cells_connector", {**connector, "issuer": f"{issuer}/", "client_secret": own["first"]}),
        (
            "cells_config_audience",
            {"audience": ["https://x.example.org"], "method": "api", "cells_token": own["token"]},
        ),
        ("cells_config_info", {"config_path": "/nonexistent/pydio.json"}),
        ("cells_conformance", {**kit, "cells_token": own["token"]}),
        ("cells_session_check", {**session, "password": own["password"]}),
        ("clock_skew_info", {"url": address}),
        ("doctor_info", {"client_id": "own", "cells_url": address}),
        ("keycloak_reachable_info", {"issuer": address}),
        ("cells_host_info", {"method": "unknown"}),
        ("sso_export_info", {"connector_id": "own", "cells_token": own["token"]}),
        ("sso_preflight_info", {"client_id": "own", "cells_token": own["token"]}),
        ("sso_verification_info", {"client_id": "own", "connector_name": "Own", "cells_url": address}),
    ]
    return ([_task(*call) for call in good], [_task(*call) for call in bad])


def _task(module: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"name": f"Call {module}", f"cellsops.sso.{module}": options}


@pytest.mark.parametrize("form", FORMS)
def test_modules_show_no_secret_whether_they_do_well_or_fail(watched: Watched, first_run: Run, form: str) -> None:
    site = watched.site
    planted = {name: new_password(f"module-{name}") for name in ("first", "second", "token", "password")}
    watched.secrets |= {f"the module's {name}, {form}": secret for name, secret in planted.items()}
    good, bad = calls(site)
    assert [sorted({next(iter(set(task) - {"name"})) for task in tasks}) for tasks in (good, bad)] == [
        [f"cellsops.sso.{module}" for module in MODULES if module not in RETURN_TOKENS],
        [f"cellsops.sso.{module}" for module in MODULES],
    ]
    secrets_asked_for = [
        {"name": "Log in", "cellsops.sso.keycloak_token": {}, "register": "login", "no_log": True},
        *good[:2],
        {**_task("keycloak_oidc_client", {"client_id": "own", "return_secret": True}), "no_log": True},
        {**_task("sso_preflight_info", {"client_id": "own", "steps": ["client"]}), "no_log": True},
    ]
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"group/cellsops.sso.keycloak": "{{ keycloak }}", "group/cellsops.sso.cells": "{{ cells }}"},
        "tasks": [*secrets_asked_for, *good[2:], *({**task, "ignore_errors": True} for task in bad)],
    }
    playbook = watched.folder / "modules.yml"
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    variables = {
        "keycloak": site.keycloak_options,
        "cells": site.cells_options,
        "planted": {**planted, "dora": watched.secrets["dora's password"]},
    }

    run = watched.run(playbook, variables, **FORMS[form])

    assert run.exit_code == 0, run.output[-3000:]
    outcomes = [task.status for task in run.tasks]
    assert outcomes == ["ok"] * (len(outcomes) - len(bad)) + ["failed"] * len(bad)
    assert_no_leak(watched, run, form)
    for backup in (task.result["backup_file"] for task in run.tasks if task.result.get("backup_file")):
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (Path(backup), site.cells.config_path)}
        assert len(modes) == 1, "a backup is for the same eyes as the original"
