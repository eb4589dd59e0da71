# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many at the same time on one realm and one Cells: each object is made once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.realm import LDAP_PROVIDER
from lab.site import Site, make_site
from support.module import assert_one_clear_line, call_module
from support.playbook import run_playbook
from support.role import PLAYBOOK, not_ok, run_role, site_after_role

AT_ONCE = 20
PATIENCE = 600
"""Seconds for all of them on a busy machine."""
PATIENT = {"connection_timeout": 120}
"""Twenty logins by password take Keycloak some seconds of a processor each."""
CONNECTOR_SECRET = "secret-of-the-crowded-connector-0123456789"


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site after the role."""
    yield from site_after_role(lab, tmp_path_factory.mktemp("site"))


def at_once(module: str, options: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Run a module in so many processes that begin together, and return their results."""
    reads, writes = os.pipe()
    children: list[tuple[int, int]] = []
    for _number in range(count):
        answer, mine = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writes)
            # Blocks until the parent closes its end: all of them begin at the same moment.
            os.read(reads, 1)
            with os.fdopen(mine, "wb") as pipe:
                pipe.write(json.dumps(call_module(module, options)).encode())
            os._exit(0)
        os.close(mine)
        children.append((child, answer))
    os.close(reads)
    os.close(writes)
    results = []
    for child, answer in children:
        with os.fdopen(answer, "rb") as pipe:
            results.append(json.loads(pipe.read()))
        os.waitpid(child, 0)
    return results


CLIENT = {
    "client_id": "crowded",
    "public_client": False,
    "redirect_uris": ["https://crowded.example.org/callback"],
    "optional_client_scopes": ["cellsscope"],
}
SCOPE = {
    "name": "crowded",
    "protocol_mappers": [
        {"name": "m", "protocol_mapper": "oidc-usermodel-attribute-mapper", "config": {"claim.name": "crowded"}}
    ],
}


LDAP_MAPPER = {
    "ldap_provider": LDAP_PROVIDER,
    "name": "crowded",
    "user_model_attribute": "crowded",
    "ldap_attribute": "description",
}


def keycloak_objects(site: Site) -> list[int]:
    """Return how many clients, scopes and LDAP mappers of that name there are, and mappers in the scope."""
    scopes = [scope for scope in site.admin.get_client_scopes() if scope["name"] == "crowded"]
    clients = [client for client in site.admin.get_clients() if client["clientId"] == "crowded"]
    components = [component for component in site.admin.get_components() if component["name"] == "crowded"]
    mappers = sum(len(scope.get("protocolMappers", [])) for scope in scopes)
    return [len(clients), len(scopes), len(components), mappers]


@pytest.mark.parametrize(
    ("module", "own"),
    [
        ("keycloak_oidc_client", CLIENT),
        ("keycloak_client_scope", {"name": "crowded"}),
        ("keycloak_client_scope", SCOPE),
        ("keycloak_ldap_mapper", LDAP_MAPPER),
    ],
    ids=["client", "client scope", "protocol mapper", "LDAP mapper"],
)
def test_an_object_of_keycloak_is_made_once(
    site: Site,
    module: str,
    own: dict[str, Any],
    tally: Callable[[str, int], None],
) -> None:
    options = {**site.keycloak_options, **PATIENT, **own}
    results = at_once(module, options, AT_ONCE)
    tally("modules at once", AT_ONCE)
    assert [result["msg"] for result in results if result.get("failed")] == []
    assert not call_module(module, options)["changed"]
    assert max(keycloak_objects(site)) == 1


def test_a_connector_is_made_once(site: Site, tally: Callable[[str, int], None]) -> None:
    options = {
        **site.cells_options,
        **PATIENT,
        "connector_id": "crowded",
        "name": "Crowded",
        "issuer": site.issuer,
        "client_id": "crowded",
        "client_secret": CONNECTOR_SECRET,
    }
    results = at_once("cells_connector", options, AT_ONCE)
    tally("modules at once", AT_ONCE)
    assert [result["msg"] for result in results if result.get("failed")] == []
    connectors = call_module("cells_connector_info", site.cells_options)["connectors"]
    assert sorted(connector["id"] for connector in connectors) == ["crowded", "keycloak", "pydio"]
    assert not call_module("cells_connector", options)["changed"]


@pytest.mark.parametrize("method", ["file", "cli"])
def test_each_audience_is_added_once(site: Site, method: str, tally: Callable[[str, int], None]) -> None:
    url = f"https://{method}.example.org"
    options = {"config_path": str(site.cells.config_path), "audience": [url], "method": method}
    if method == "cli":
        options["cells_bin"] = str(site.cells.cells_bin)
    site.cells.stop()
    try:
        results = at_once("cells_config_audience", options, AT_ONCE)
    finally:
        site.cells.start(quiet=True)
    tally("modules at once", AT_ONCE)
    # One that has read just before another wrote says so, and writes nothing.
    for result in results:
        if result.get("failed"):
            assert_one_clear_line(
                result, "another program changed the static client in the meantime. Run the task again"
            )
    assert sum(bool(result.get("changed")) for result in results) == 1
    audience = call_module("cells_config_audience", options, check=True)["audience"]
    assert audience == [*dict.fromkeys(audience)]
    assert url in audience


def test_plays_at_once_set_up_one_site(
    lab: Any, tmp_path: Path, scale: Callable[[int, int], int], tally: Callable[[str, int], None]
) -> None:
    """Whole plays; Cells is not stopped for the edit, since each of them would start it again under the others."""
    plays = scale(3, AT_ONCE)
    for site in make_site(lab, tmp_path / "site"):
        variables = {
            **site.role_variables,
            "sso_connection_timeout": PATIENT["connection_timeout"],
            "sso_cells_stop_command": [],
            "sso_cells_start_command": [],
        }
        file = tmp_path / "variables.json"
        file.write_text(json.dumps(variables), encoding="utf-8")
        file.chmod(0o600)
        command = [sys.executable, "-m", "ansible", "playbook", str(PLAYBOOK), "--extra-vars", f"@{file}"]
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path)
            for _number in range(plays)
        ]
        outputs = [play.communicate(timeout=PATIENCE)[0] for play in running]
        tally("plays at once", plays)
        for output in outputs:
            assert "Traceback" not in output, output
        went_well = sum(play.returncode == 0 for play in running)
        assert went_well >= 1, outputs[0]
        tally("plays at once that needed no second run", went_well)
        last = run_role(site)
        assert last.exit_code == 0, last.output
        assert not_ok(site) == []
        assert run_role(site, "--check").changes == []
        names = [component["name"] for component in site.admin.get_components()]
        assert names.count("memberOf to group") == 1


def test_forks_and_async(site: Site, tmp_path: Path, tally: Callable[[str, int], None]) -> None:
    """Twenty hosts of one play, each with a client of its own, and a task in the background."""
    hosts = [f"host{number:02}" for number in range(AT_ONCE)]
    inventory = tmp_path / "inventory"
    here = f"ansible_connection=local ansible_python_interpreter={sys.executable}"
    inventory.write_text("[many]\n" + "".join(f"{host} {here}\n" for host in hosts), encoding="utf-8")
    playbook = tmp_path / "play.yml"
    task = {
        "name": "A client for each",
        "cellsops.sso.keycloak_oidc_client": {
            "client_id": "{{ inventory_hostname }}",
            "default_client_scopes": ["cellsscope"],
        },
        "async": PATIENCE,
        "poll": 1,
    }
    shared = {"group/cellsops.sso.keycloak": {**site.keycloak_options, **PATIENT}}
    play = {"hosts": "many", "gather_facts": False, "module_defaults": shared, "tasks": [task]}
    playbook.write_text(json.dumps([play]), encoding="utf-8")

    for changed in (True, False):
        run = run_playbook(playbook, {}, tmp_path / "run", "--inventory", str(inventory), "--forks", str(AT_ONCE))
        assert run.exit_code == 0, run.output
        assert bool(run.changes) is changed
    tally("hosts at once", AT_ONCE)
    made = [client["clientId"] for client in site.admin.get_clients() if client["clientId"].startswith("host")]
    assert sorted(made) == hosts
