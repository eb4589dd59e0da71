# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module in the controller's process and as a module, under the same conditions: the results are the same."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from support.in_place.both_ways import BIN, Play, Way, both_ways, finish, run
from support.in_place.cases import (
    COLLECTION,
    FAILING,
    HIDDEN,
    PASSWORD,
    PREDICTABLE,
    WRITERS,
    connections,
    groups,
    options,
    own_options,
    tasks,
)
from support.scripted_servers import Servers, serving

ACTIONS = Path(__file__).parents[3] / "plugins/action"
MODULES = sorted(path.stem for path in ACTIONS.glob("[!_]*.py"))


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Yield Keycloak and Cells."""
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def _as_they_were(servers: Servers) -> Iterator[None]:
    yield
    servers.wait, servers.refuse = 0, 0


def changed(play: Play, change: Callable[[dict[str, Any]], None]) -> Play:
    """Return a play with the options of each task changed."""
    for task in play.tasks:
        change(next(task[key] for key in task if key.startswith(COLLECTION)))
    return play


def compare(play: Play, servers: Servers, folder: Path, in_place: bool = True) -> Way:
    """Run a play both ways, assert that it went these ways to the same results, and return the one in place."""
    here, there = both_ways(play, servers, folder)

    assert here.results == there.results
    assert here.requests == there.requests
    assert there.modules == len(there.results)
    assert here.modules == (0 if in_place else there.modules)
    for secret in HIDDEN:
        assert secret not in without_answers(here.output)
    return here


def failed(way: Way) -> set[str]:
    """Return the names of the tasks that failed."""
    return {name for name, result in way.results.items() if result["failed"]}


def without_answers(output: str) -> str:
    """Return the output without the return value ``token``, which the task requested."""
    return "\n".join(line for line in output.splitlines() if not line.strip().startswith('"token": "standin-'))


def test_each_action_plugin_is_in_the_table() -> None:
    assert sorted(own_options("http://localhost")) == MODULES


WITH_INVOCATION = {"ANSIBLE_INJECT_INVOCATION": "true"}


def test_writes_and_reads_with_all_that_is_shown_at_the_highest_verbosity(servers: Servers, tmp_path: Path) -> None:
    again = [{**task, "name": f"{task['name']} again"} for task in tasks(servers.url, *PREDICTABLE)]

    way = compare(Play([*tasks(servers.url), *again], environment=WITH_INVOCATION), servers, tmp_path)

    assert failed(way) <= FAILING
    assert {name for name, result in way.results.items() if result["changed"]} == set(WRITERS)
    for module in MODULES:
        assert set(options(module, servers.url)) <= set(way.results[module]["invocation"]["module_args"])


SHARED_BY_ENVIRONMENT = {
    "KEYCLOAK_URL": "auth_keycloak_url",
    "KEYCLOAK_USERNAME": "auth_username",
    "KEYCLOAK_PASSWORD": "auth_password",
    "CELLS_URL": "cells_url",
    "CELLS_TOKEN": "cells_token",
}


def without_connections(url: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return tasks without the shared options, and the environment that has them."""
    shared = {key: value for group in connections(url).values() for key, value in group.items()}
    named = [module for module in MODULES if groups(module)]
    play = changed(Play(tasks(url, *named)), lambda given: [given.pop(key, None) for key in shared])
    return play.tasks, {name: shared[option] for name, option in SHARED_BY_ENVIRONMENT.items()}


def others(url: str) -> list[dict[str, Any]]:
    """Return the tasks of the modules that have no shared options."""
    return tasks(url, *(module for module in MODULES if not groups(module)))


def test_check_mode_and_diff_with_environment_fallbacks_of_the_controller(servers: Servers, tmp_path: Path) -> None:
    bare, environment = without_connections(servers.url)
    play = Play([*bare, *others(servers.url)], arguments=("--check", "--diff"), environment=environment)

    way = compare(play, servers, tmp_path)

    assert failed(way) <= FAILING
    assert {name for name, result in way.results.items() if result["changed"]} == set(PREDICTABLE)
    assert not [line for line in way.requests if line.startswith(("PUT", "DELETE"))]


def test_environment_fallbacks_of_a_task_which_are_not_those_of_the_next(servers: Servers, tmp_path: Path) -> None:
    bare, environment = without_connections(servers.url)
    after = [{**task, "name": f"{task['name']} without"} for task in bare if task["name"].endswith("_info")]

    way = compare(Play([*({**task, "environment": environment} for task in bare), *after]), servers, tmp_path)

    assert {task["name"] for task in after} <= failed(way) <= FAILING | {task["name"] for task in after}


def templates(owner: str, given: dict[str, Any], variables: dict[str, Any]) -> dict[str, str]:
    """Return options whose values are templates, and add the variables that these name to variables."""
    variables.update({f"{owner}_{key}": value for key, value in given.items()})
    return {key: f"{{{{ {owner}_{key} }}}}" for key in given}


def test_module_defaults_and_a_loop_whose_values_are_templates(servers: Servers, tmp_path: Path) -> None:
    """Values of templates and variables carry Ansible's own types, which must not reach a library."""
    bare, _environment = without_connections(servers.url)
    variables: dict[str, Any] = {}
    defaults = {
        f"group/cellsops.sso.{group}": templates(group, given, variables)
        for group, given in connections(servers.url).items()
    }
    play = Play(
        [{**task, "loop": [1]} for task in (*bare, *others(servers.url))],
        {"module_defaults": defaults, "vars": variables},
    )
    for task in play.tasks:
        module = COLLECTION + task["name"]
        task[module] = templates(task["name"], task[module], variables)

    way = compare(play, servers, tmp_path)

    assert failed(way) <= FAILING
    assert {name for name, result in way.results.items() if result["changed"]} == set(WRITERS)


def test_a_refusal_and_no_log_of_a_task(servers: Servers, tmp_path: Path) -> None:
    servers.refuse = 403

    way = compare(Play([{**task, "no_log": True} for task in tasks(servers.url)]), servers, tmp_path)

    assert len(failed(way)) >= 11
    assert way.output.count("the output has been hidden") >= len(MODULES)


@pytest.mark.parametrize("library", ["keycloak", "requests"])
def test_a_missing_library(library: str, servers: Servers, tmp_path: Path) -> None:
    folder = tmp_path / "libraries"
    folder.mkdir()
    (folder / f"{library}.py").write_text("raise ImportError('not installed')\n", encoding="utf-8")

    way = compare(Play(tasks(servers.url), environment={"PYTHONPATH": str(folder)}), servers, tmp_path)

    lacking = [name for name, result in way.results.items() if "pip install" in result.get("msg", "")]
    assert len(lacking) >= len([module for module in MODULES if library == "requests" or "keycloak" in groups(module)])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda given: given.update(no_such_option=1), id="unknown option"),
        pytest.param(lambda given: given.update(connection_timeout="soon", validate_certs=["yes"]), id="wrong types"),
        pytest.param(lambda given: [given.pop(key) for key in list(given) if key != "method"], id="no options"),
    ],
)
def test_options_that_cannot_be_used(change: Callable[[dict[str, Any]], Any], servers: Servers, tmp_path: Path) -> None:
    play = changed(Play(tasks(servers.url)), change)

    way = compare(play, servers, tmp_path)

    assert failed(way) == set(MODULES)
    assert way.requests == []


FEW = ("keycloak_oidc_client", "cells_connector_info", "keycloak_token")
"""Enough if nothing depends on the module."""


def test_no_log_of_a_task_that_writes_or_reads(servers: Servers, tmp_path: Path) -> None:
    way = compare(Play([{**task, "no_log": True} for task in tasks(servers.url, *FEW)]), servers, tmp_path)

    assert failed(way) == set()
    assert way.output.count("the output has been hidden") >= len(FEW)


def test_a_server_that_is_not_there(servers: Servers, tmp_path: Path) -> None:
    way = compare(Play(tasks("http://127.0.0.1:9", *FEW)), servers, tmp_path)

    assert all(result["failed"] for result in way.results.values())


def test_the_time_limit_of_a_task(tmp_path: Path) -> None:
    # Servers of its own: Ansible leaves a module running, which then sends its next request.
    with serving() as servers:
        servers.wait = 6
        play = Play([{**task, "timeout": 2} for task in tasks(servers.url, "keycloak_oidc_client_info")])
        here, there = both_ways(play, servers, tmp_path)

    assert here.results == there.results
    assert here.results["keycloak_oidc_client_info"]["failed"]


@pytest.mark.parametrize("path", ["ca.pem", "~/ca.pem", "$CA_FOLDER/ca.pem"])
def test_paths_are_those_of_the_playbook_and_of_the_environment(path: str, servers: Servers, tmp_path: Path) -> None:
    authority = trustme.CA().cert_pem.bytes().decode()
    (tmp_path / "ca.pem").write_text(authority, encoding="utf-8")
    environment = {"HOME": str(tmp_path), "CA_FOLDER": str(tmp_path)}
    play = changed(Play(tasks(servers.url, *FEW), {"environment": environment}), lambda g: g.update(ca_path=path))

    way = compare(replace(play, files={"ca.pem": authority} if path == "ca.pem" else {}), servers, tmp_path)

    assert failed(way) == set()


def test_a_proxy_of_the_environment(servers: Servers, tmp_path: Path) -> None:
    play = Play(tasks("http://sso.example.org", *FEW), {"environment": {"http_proxy": servers.url}})

    way = compare(play, servers, tmp_path)

    assert failed(way) == set()


def test_a_value_from_a_vault(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("password-of-the-vault", encoding="utf-8")
    vault = ("--vault-password-file", str(tmp_path / "password"))
    encrypt = [str(BIN / "ansible-vault"), "encrypt_string", *vault, "--name", "from_vault", PASSWORD]
    secrets = subprocess.run(encrypt, capture_output=True, text=True, check=True).stdout
    play = changed(
        Play(tasks(servers.url, "keycloak_token"), {"vars_files": ["secrets.yml"]}, arguments=vault),
        lambda given: given.update(auth_password="{{ from_vault }}"),
    )

    way = compare(replace(play, files={"secrets.yml": secrets}), servers, tmp_path)

    assert not way.results["keycloak_token"]["failed"]


HOSTS = f"""\
[far]
app ansible_host=192.0.2.1
[near]
here ansible_connection=local ansible_host=192.0.2.1 ansible_python_interpreter={sys.executable}
other ansible_connection=local ansible_python_interpreter=/no/such/python
found ansible_connection=local
"""


@pytest.mark.parametrize(
    ("keywords", "in_place"),
    [
        pytest.param({"hosts": "app", "delegate_to": "localhost"}, True, id="delegated"),
        pytest.param({"hosts": "app", "delegate_to": "{{ 'here' }}"}, True, id="delegated to a local host"),
        pytest.param({"hosts": "here"}, True, id="local connection"),
        pytest.param({"hosts": "app", "delegate_to": "other"}, False, id="delegated to a host with another Python"),
        pytest.param({"hosts": "other"}, False, id="another Python"),
        pytest.param({"hosts": "here", "become": True, "become_method": "no.such.method"}, False, id="become"),
        pytest.param({"hosts": "here", "environment": {"PYTHONHASHSEED": "0"}}, False, id="environment of Python"),
    ],
)
def test_a_task_runs_in_place_or_as_a_module(
    keywords: dict[str, Any], in_place: bool, servers: Servers, tmp_path: Path
) -> None:
    of_task = {key: value for key, value in keywords.items() if key not in ("hosts", "become_method")}
    few = [{**task, **of_task} for task in tasks(servers.url, *FEW)]

    compare(Play(few, {"hosts": keywords["hosts"]}, inventory=HOSTS), servers, tmp_path, in_place)


def test_a_task_with_async_runs_as_a_module(servers: Servers, tmp_path: Path) -> None:
    slow = [{**task, "async": 60, "poll": 1} for task in tasks(servers.url, "keycloak_oidc_client_info")]

    way = run(Play(slow), servers, tmp_path / "async", in_place=True)

    assert way.modules >= 1
    assert way.results["keycloak_oidc_client_info"]["clients"]


def test_a_switch_that_is_neither_on_nor_off_is_said(servers: Servers, tmp_path: Path) -> None:
    play = Play(tasks(servers.url, "keycloak_token"), arguments=("-e", "cellsops_sso_in_process=perhaps"))

    way = run(play, servers, tmp_path / "switch", in_place=True)

    assert "cellsops_sso_in_process is 'perhaps'" in way.results["keycloak_token"]["msg"]


@pytest.mark.parametrize("module", FEW)
def test_ad_hoc(module: str, servers: Servers, tmp_path: Path) -> None:
    outputs = []
    for switch in ("true", "false"):
        servers.reset()
        arguments = json.dumps(options(module, servers.url))
        command = [str(BIN / "ansible"), "localhost", "-m", COLLECTION + module, "-a", arguments]
        outputs.append(finish([*command, "-e", f"cellsops_sso_in_process={switch}"], tmp_path, {}))

    assert outputs[0] == outputs[1]
    assert f"localhost | {'CHANGED' if module == FEW[0] else 'SUCCESS'} => " in outputs[0]
