# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of Cells on two realms, by the playbook that the collection ships."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from keycloak import KeycloakAdmin

from lab import rows
from lab.cells_server import Cells
from lab.lab import Lab
from lab.realm import LDAP_PROVIDER, temporary_realm
from lab.site import control
from support.playbook import Run, run_playbook
from support.systemctl import put_systemctl_in_front

pytestmark = pytest.mark.thorough

FLEET = Path("cellsops.sso.fleet")
CLIENTS = "Define the claim, and register the clients with the client scope (S1, S2, G1-G6)"
BAD_TOKEN = "standin-token-that-no-cells-has-made-fedcba9876543210"


class Fleet:
    """Three Cells: one and two on the first realm, three on the second."""

    def __init__(self, lab: Lab, realms: list[KeycloakAdmin], cells: dict[str, Cells], folder: Path) -> None:
        """Take the servers, the Cells by the names of their hosts, and a folder for the plays."""
        self.lab, self.realms, self.cells, self.folder = lab, realms, cells, folder
        self.hosts = {name: self._variables(name) for name in cells}

    def realm_of(self, host: str) -> KeycloakAdmin:
        """Return the realm of a host."""
        return self.realms[1 if host == "three" else 0]

    def _variables(self, host: str) -> dict[str, Any]:
        cells = self.cells[host]
        return {
            "ansible_connection": "local",
            "ansible_become": False,
            "ansible_python_interpreter": sys.executable,
            "sso_realm": str(self.realm_of(host).connection.realm_name),
            "sso_client_id": f"{host}.cells.example.org",
            "sso_cells_url": cells.url,
            "sso_cells_token": cells.token,
            "sso_cells_service": "",
            "sso_cells_config_path": str(cells.config_path),
            **control(cells),
        }

    def run(self, *arguments: str, **of_one: dict[str, Any]) -> Run:
        """Run the playbook; of_one: variables of single hosts."""
        keycloak = self.lab.keycloak
        shared = {
            "sso_keycloak_url": keycloak.url,
            "sso_keycloak_username": keycloak.admin_username,
            "sso_keycloak_password": keycloak.admin_password,
            "sso_ldap_provider": LDAP_PROVIDER,
        }
        hosts = {name: {**values, **of_one.get(name, {})} for name, values in self.hosts.items()}
        inventory = self.folder / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"cells": {"hosts": hosts}}), encoding="utf-8")
        return run_playbook(FLEET, shared, self.folder / "play", "--inventory", str(inventory), *arguments)

    def client(self, host: str) -> dict[str, Any] | None:
        """Return the client of a host as Keycloak shows it, None if there is none."""
        wanted = self.hosts[host]["sso_client_id"]
        return next((c for c in self.realm_of(host).get_clients() if c["clientId"] == wanted), None)

    def sites(self, host: str) -> list[str]:
        """Return the sites to which the connector of a host is limited."""
        cells = self.cells[host]
        headers = {"Authorization": f"Bearer {cells.token}"}
        answer = requests.get(f"{cells.url}/a/config/oauth2connectors", headers=headers, timeout=10).json()
        return next(each.get("sites") or [] for each in answer["connectors"] if each["id"] == "keycloak")

    def config(self, host: str) -> str:
        """Return the configuration of the Cells of a host."""
        return self.cells[host].config_path.read_text(encoding="utf-8")


@pytest.fixture
def fleet(lab: Lab, tmp_path: Path) -> Iterator[Fleet]:
    """Three Cells and two realms, as they are before the guide begins."""
    with ExitStack() as stack:
        realms = [stack.enter_context(temporary_realm(lab.keycloak, lab.ldap)) for _realm in range(2)]
        cells = {name: stack.enter_context(Cells(tmp_path / name)) for name in ("one", "two", "three")}
        yield Fleet(lab, realms, cells, tmp_path)


def test_a_fleet_in_one_task_per_realm_continues_after_a_failure(fleet: Fleet) -> None:
    # Two is not ready: the others are set up all the same, and nothing is written for it.
    broken = fleet.run(two={"sso_cells_token": BAD_TOKEN})
    assert broken.exit_code != 0
    assert broken.failure.startswith("Nothing has been written")
    assert fleet.client("two") is None
    assert fleet.client("one") is not None

    predicted = fleet.run("--check")
    whole = fleet.run()
    assert whole.exit_code == 0, whole.output
    assert set(predicted.changes) == set(whole.changes)
    assert sum(task.task.endswith(CLIENTS) for task in whole.tasks) == 1
    assert fleet.run().changes == []

    secrets = {}
    for host in fleet.cells:
        client = fleet.client(host)
        assert client is not None
        assert rows.GUIDE_SCOPE in client["defaultClientScopes"]
        assert client["redirectUris"] == [f"{fleet.cells[host].url}/auth/login/keycloak/callback"]
        secrets[host] = client["secret"]
    for host in fleet.cells:
        assert [name for name, secret in secrets.items() if secret in fleet.config(host)] == [host]
    assert not any(secret in whole.output for secret in secrets.values())


def test_a_limit_leaves_other_hosts_alone(fleet: Fleet) -> None:
    run = fleet.run("--limit", "one,three")

    assert run.exit_code == 0, run.output
    assert fleet.client("one") is not None
    assert fleet.client("two") is None
    assert fleet.client("three") is not None


def test_one_host_lets_its_user_attribute_through_the_user_profile(fleet: Fleet) -> None:
    one = {
        "sso_groups_source": "user_attribute",
        "sso_groups_attribute": "teams",
        "sso_user_profile_attribute": True,
        "sso_scope_name": "teamscope",
    }

    run = fleet.run("--limit", "one,two", one=one)

    assert run.exit_code == 0, run.output
    answer = fleet.realms[0].connection.raw_get(f"admin/realms/{fleet.hosts['one']['sso_realm']}/users/profile")
    names = [each["name"] for each in answer.json()["attributes"]]
    assert ("teams" in names, "cellsgroups" in names) == (True, False)
    scopes = {host: (fleet.client(host) or {})["defaultClientScopes"] for host in ("one", "two")}
    assert ("teamscope" in scopes["one"], "teamscope" in scopes["two"]) == (True, False)
    assert fleet.run("--limit", "one,two", one=one).changes == []


def test_each_host_has_its_own_sites_and_login_names(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = put_systemctl_in_front(fleet.cells["one"], tmp_path, monkeypatch)
    url = fleet.cells["one"].url
    one = {
        "sso_sites": [url],
        "sso_username_as_login": True,
        "sso_user_name_key": "preferred_username",
        "sso_cells_service": "cells",
        "sso_cells_stop_command": [],
        "sso_cells_start_command": [],
    }
    # A variable of the role, above those of an inventory.
    folder = f"setup_systemd_folder={tmp_path}"
    # Two has no unit, so that nothing can make user names logins there.
    run = fleet.run("--limit", "one,two", "--extra-vars", folder, one=one, two={"sso_username_as_login": True})

    assert "CELLS_CONNECTOR_USERNAME_AS_LOGIN=keycloak" in run.failure
    assert fleet.client("two") is None
    assert fleet.sites("one") == [url]
    dropin = (tmp_path / "cells.service.d/cellsops-sso-login.conf").read_text(encoding="utf-8")
    assert "CELLS_CONNECTOR_USERNAME_AS_LOGIN=keycloak" in dropin
    asked = log.read_text(encoding="utf-8").splitlines()
    assert [line for line in asked if line.endswith("start cells")] == ["start cells", "restart cells"]

    again = fleet.run("--limit", "one", "--extra-vars", folder, one=one)
    assert (again.exit_code, again.changes) == (0, []), again.output
