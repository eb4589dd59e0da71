# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several Cells in one play, by the playbook that the collection ships."""

from __future__ import annotations

import sys

import pytest
import yaml

from lab import rows
from lab.cells_server import Cells
from lab.site import Site, control
from support.playbook import run_playbook
from support.role import SITE

pytestmark = pytest.mark.thorough


def test_each_host_gets_a_client_and_a_connector_and_the_realm_one_scope_and_one_mapper(site: Site) -> None:
    own = ("url", "token", "config_path", "stop_command", "start_command")
    per_host = [f"sso_cells_{name}" for name in own]
    shared = {key: value for key, value in site.role_variables.items() if key not in per_host}
    inventory = site.folder / "inventory.yml"
    with Cells(site.folder / "second", host="127.0.0.1") as second:
        hosts = {}
        for name, cells in (("first", site.cells), ("second", second)):
            hosts[name] = {
                "ansible_connection": "local",
                "ansible_become": False,
                "ansible_python_interpreter": sys.executable,
                "sso_cells_url": cells.url,
                "sso_cells_token": cells.token,
                "sso_cells_config_path": str(cells.config_path),
                **control(cells),
            }
        inventory.write_text(yaml.safe_dump({"cells": {"hosts": hosts}}), encoding="utf-8")

        arguments = (SITE, shared, site.folder / "play", "--inventory", str(inventory))
        predicted = run_playbook(*arguments, "--check")
        first = run_playbook(*arguments)
        again = run_playbook(*arguments)

        assert first.exit_code == 0, first.output
        # Shared objects are created by one host, and predicted for each host.
        assert set(predicted.changes) == set(first.changes)
        assert again.changes == []
        names = {"localhost": site.cells, "127.0.0.1": second}
        clients = {c["clientId"]: c for c in site.admin.get_clients() if c["clientId"] in names}
        assert sorted(clients) == sorted(names)
        for name, cells in names.items():
            assert rows.GUIDE_SCOPE in clients[name]["defaultClientScopes"]
            assert clients[name]["secret"] in cells.config_path.read_text(encoding="utf-8")
        assert_shared_objects(site, 1)

        # The last of the clients that have the scope takes it along, and check mode sees that they all go.
        shared |= {"sso_state": "absent"}
        predicted = run_playbook(*arguments, "--check")
        gone = run_playbook(*arguments)

        assert gone.exit_code == 0, gone.output
        assert set(predicted.changes) == set(gone.changes)
        assert_shared_objects(site, 0)


def assert_shared_objects(site: Site, count: int) -> None:
    """Assert how many client scopes and LDAP mappers of the guide the realm has."""
    assert [s["name"] for s in site.admin.get_client_scopes()].count(rows.GUIDE_SCOPE) == count
    assert [c.get("name") for c in site.admin.get_components()].count(rows.GUIDE_LDAP_MAPPER) == count
