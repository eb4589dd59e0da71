# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every playbook of the project, and every one that its documents show, in check mode and then for real.

The scenarios of Molecule replay theirs: ``check`` stands in their sequence.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.site import Site, make_site
from support.playbook import Run, run_playbook
from support.prediction import assert_predicted_run
from support.role import run_role

ROOT = Path(__file__).parents[2]
FOLDERS = ("playbooks", "tests")
ELSEWHERE = {
    "docs/debug.md": "test_debug_mode.py has commands that stand for systemd's",
    "docs/time.md": "the scenario time_sync has hosts to install chrony on",
    "playbooks/check.yml": "it refuses to run without check mode",
    "playbooks/export.yml": "test_export.py says where its file goes",
    "playbooks/rotate.yml": "it chooses another value each time, which the diff shows",
    "playbooks/conformance.yml": "test_conformance.py names its server as one for tests",
    "plugins/modules/cells_conformance.py": "likewise",
    "tests/browser/render.yml": "shows a report to the browser, and no server",
}
"""Playbooks that have their check mode in another place, and why."""


def examples_of(module: Path) -> list[dict[str, Any]]:
    """Return a module's examples as a play."""
    (text,) = re.findall(r'EXAMPLES = r"""(.*?)"""', module.read_text(encoding="utf-8"), re.DOTALL)
    # The examples speak of Cells' own place for its configuration, and of a Cells that a task before has stopped.
    own = {"config_path": "/var/cells/pydio.json", "allow_running": True}
    defaults = {"cellsops.sso.cells_config_audience": own}
    return [
        {
            "name": module.stem,
            "hosts": "cells",
            "gather_facts": False,
            "module_defaults": defaults,
            "tasks": yaml.safe_load(text),
        }
    ]


def plays_of(document: Path) -> list[Any]:
    """Return the plays that a document shows."""
    blocks = re.findall(r"```yaml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    shown = [yaml.safe_load(block) for block in blocks]
    return [play for block in shown if isinstance(block, list) for play in block if "hosts" in play]


def playbooks() -> dict[str, list[Any]]:
    """Return all of them by their places."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.yml")):
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            if isinstance(content, list) and any("hosts" in play for play in content):
                found[str(path.relative_to(ROOT))] = content
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        plays = plays_of(document)
        if plays:
            found[str(document.relative_to(ROOT))] = plays
    for module in sorted((ROOT / "plugins/modules").glob("[!_]*.py")):
        found[str(module.relative_to(ROOT))] = examples_of(module)
    return found


PLAYBOOKS = playbooks()


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site after the role, for the client that the examples speak of."""
    folder = tmp_path_factory.mktemp("site")
    for made in make_site(lab, folder, env={"STANDIN_OAUTH2CLIENTS": "full"}):
        made.admin.create_client({"clientId": "ansible", "publicClient": False, "serviceAccountsEnabled": True})
        run = run_role(made, sso_client_id="demo.cells.pydio")
        assert run.exit_code == 0, run.output
        yield made


def told_of_the_site(site: Site, plays: list[Any], folder: Path) -> str:
    """Return plays with the names of this site instead of those that documents use."""
    text = json.dumps(plays)
    for shown, here in {
        "https://sso.example.org": site.lab.keycloak.url,
        "https://demo.cells.pydio": site.cells.url,
        "https://cells.example.org": site.cells.url,
        "/var/cells/pydio.json": str(site.cells.config_path),
        "/opt/pydio/bin/cells": str(site.cells.cells_bin),
        "/realms/cells": f"/realms/{site.realm}",
        '"realm": "cells"': f'"realm": "{site.realm}"',
        "alice": "dora",
        "test-user": "dora",
        "/tmp/sso.html": str(folder / "sso.html"),
        '"auth_username": "admin"': f'"auth_username": "{site.lab.keycloak.admin_username}"',
        # Seconds for which nobody waits here.
        '"wait": 620': '"wait": 1',
    }.items():
        text = text.replace(shown, here)
    return text


def variables_of(site: Site) -> dict[str, Any]:
    """Return the variables that the documents take from a vault or from earlier tasks, and those of the role."""
    keycloak = site.lab.keycloak
    return {
        **site.role_variables,
        "sso_hosts": "cells",
        "sso_client_id": "demo.cells.pydio",
        "keycloak_password": keycloak.admin_password,
        "keycloak_admin_password": keycloak.admin_password,
        "vault_keycloak_password": keycloak.admin_password,
        "vault_cells_token": site.cells.token,
        "cells_token": site.cells.token,
        "test_user_password": site.lab.ldap.users["dora"],
        "cells_client": {"client_secret": "secret-of-the-replayed-examples-0123456789"},
    }


def in_order(value: Any) -> Any:
    """Return JSON with its lists sorted: Keycloak exports many of them in any order."""
    if isinstance(value, dict):
        return {key: in_order(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((in_order(item) for item in value), key=json.dumps)
    return value


def everything(site: Site) -> list[Any]:
    """Return the state of the servers and of the file."""
    return [
        in_order(site.admin.export_realm(export_clients=True, export_groups_and_role=True)),
        site.rows().cells("config/oauth2connectors"),
        site.rows().cells("config/oauth2clients"),
        site.cells.config_path.read_bytes(),
        sorted(path.name for path in site.cells.config_path.parent.iterdir()),
    ]


def removes(place: str) -> bool:
    """Return whether a playbook takes something away, which others need."""
    return '"absent"' in json.dumps(PLAYBOOKS[place])


@pytest.mark.parametrize("place", sorted(set(PLAYBOOKS) - set(ELSEWHERE), key=lambda place: (removes(place), place)))
def test_check_mode_writes_nothing_and_says_what_the_run_does(
    site: Site, place: str, tmp_path: Path, tally: Callable[[str, int], None]
) -> None:
    playbook, inventory = tmp_path / "playbook.yml", tmp_path / "inventory"
    playbook.write_text(told_of_the_site(site, PLAYBOOKS[place], tmp_path), encoding="utf-8")
    # The test runs on this machine, which may not have sudo.
    here = f"here ansible_connection=local ansible_become=false ansible_python_interpreter={sys.executable}"
    inventory.write_text(f"[cells]\n{here}\n", encoding="utf-8")

    def run(*arguments: str) -> Run:
        return run_playbook(
            playbook,
            variables_of(site),
            tmp_path / "play",
            *("--inventory", str(inventory), *arguments),
            STANDIN_STORE=site.cells.store,
            PATH=f"{site.cells.cells_bin.parent}:{sys.exec_prefix}/bin:/usr/bin:/bin",
        )

    before = everything(site)
    predicted = run("--check", "--diff")
    assert predicted.exit_code == 0, predicted.output
    assert everything(site) == before
    done = run("--diff")
    assert done.exit_code == 0, done.output
    assert_predicted_run(predicted, done, place)
    tally("playbooks replayed", 1)


def test_the_documents_that_other_tests_replay_exist() -> None:
    assert set(ELSEWHERE) <= set(PLAYBOOKS)
    assert len(PLAYBOOKS) - len(ELSEWHERE) >= 20
