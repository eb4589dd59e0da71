# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks by their names, on real servers: set up, rotate, look for drift, add a Cells, and undo."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import rows
from lab.cells_server import Cells
from lab.lab import Lab
from lab.site import Site, control, make_site
from support.playbook import Run, run_playbook

ROOT = Path(__file__).parents[2]
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
LINES = 80
"""The number of lines of a playbook that fit on a screen, with its license header."""

Play = Callable[..., Run]
CLIENT = "Define the claim, and register the client with the client scope (S1, S2, G1-G6)"
CONNECTOR = "Create the connector, and map the claim to roles (C1-C8, M1)"


@pytest.fixture
def cells_site(lab: Lab, tmp_path: Path) -> Iterator[Site]:
    yield from make_site(lab, tmp_path)


@pytest.fixture
def play(cells_site: Site) -> Play:
    """Return a function that runs a playbook by its name against the site's one host."""
    here = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}
    inventory = cells_site.folder / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"cells": {"hosts": {"one": here}}}), encoding="utf-8")

    def run(name: str, *arguments: str, **variables: Any) -> Run:
        values = {**cells_site.role_variables, **variables}
        folder = cells_site.folder / "play"
        return run_playbook(Path(f"cellsops.sso.{name}"), values, folder, "--inventory", str(inventory), *arguments)

    return run


def secret_of(site: Site) -> str:
    return str(next(client["secret"] for client in site.admin.get_clients() if client["clientId"] == "localhost"))


@pytest.mark.thorough
def test_the_playbooks_set_up_look_rotate_add_and_undo(cells_site: Site, play: Play) -> None:
    assert play("site").exit_code == 0
    before = secret_of(cells_site)
    rotated = play("rotate")
    assert (rotated.exit_code, rotated.changes) == (0, [CLIENT, CONNECTOR]), rotated.output
    assert before != secret_of(cells_site)
    assert secret_of(cells_site) in cells_site.cells.config_path.read_text(encoding="utf-8")
    # The site's own variables know nothing of it, and do not rotate again.
    clean = play("check", "--check", "--diff")
    assert (clean.exit_code, clean.changes) == (0, []), clean.output

    with Cells(cells_site.folder / "second") as second:
        other = {
            "sso_cells_url": second.url,
            "sso_cells_token": second.token,
            "sso_cells_config_path": str(second.config_path),
            **control(second),
        }
        refused = play("second_cells", **other)
        assert f"belongs to {cells_site.cells.url}" in refused.failure
        added = play("second_cells", sso_client_id="second", **other)
        assert added.exit_code == 0, added.output
        assert [row for row in rows.check(cells_site.rows()) if not row.ok] == []

    gone = play("absent")
    assert gone.exit_code == 0, gone.output
    assert "Remove the client (G1)" in gone.changes
    # The second Cells needs it.
    assert rows.GUIDE_SCOPE in [scope["name"] for scope in cells_site.admin.get_client_scopes()]
    drift = play("check", "--check")
    assert "differs from your variables" in drift.failure


@pytest.mark.parametrize(
    ("name", "variables", "words"),
    [
        ("check", {}, "Run this playbook with --check"),
        ("rotate", {"sso_rotate_secret_on": "2026"}, "Your variables set sso_rotate_secret_on"),
    ],
)
def test_a_playbook_refuses_to_run_if_it_would_break_something(
    name: str, variables: dict[str, Any], words: str, cells_site: Site, play: Play
) -> None:
    mark = cells_site.lab.keycloak.mark()

    assert words in play(name, **variables).failure
    assert cells_site.lab.keycloak.requests_since(mark) == []


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_is_a_screenful_and_some_test_runs_it(name: str) -> None:
    assert len((ROOT / f"playbooks/{name}.yml").read_text(encoding="utf-8").splitlines()) <= LINES
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert re.search(rf'cellsops\.sso\.{name}"|playbooks/{name}\.yml|play\("{name}"|"playbooks" / "{name}', tests), name
