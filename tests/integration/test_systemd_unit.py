# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cells as a systemd unit, stopped for an edit and started again. A command of the test stands for systemctl."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.site import Site
from support.playbook import Run, run_playbook
from support.role import PLAYBOOK, not_ok
from support.systemctl import put_systemctl_in_front

pytestmark = pytest.mark.thorough


@pytest.fixture
def log(site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a systemctl that knows the unit cells first in PATH, and return the file with its calls."""
    return put_systemctl_in_front(site.cells, site.folder, monkeypatch)


def run_audience(site: Site, *arguments: str, service: str = "cells", commands: bool = False) -> Run:
    """Run the step audience with Cells as a unit; commands: with the commands of the site besides."""
    unit = {"sso_cells_service": service}
    if not commands:
        unit |= {"sso_cells_stop_command": [], "sso_cells_start_command": []}
    variables = {**site.role_variables, **unit}
    return run_playbook(PLAYBOOK, variables, site.folder / "play", "--tags", "audience", *arguments)


def verbs(log: Path) -> list[str]:
    """Return how systemctl was called to change something."""
    return [
        line for line in log.read_text(encoding="utf-8").splitlines() if line.split()[0] in ("start", "stop", "restart")
    ]


def test_the_unit_is_stopped_for_the_edit_and_started_again_only_if_there_is_one(site: Site, log: Path) -> None:
    predicted = run_audience(site, "--check")
    assert verbs(log) == []
    first = run_audience(site)
    assert first.exit_code == 0, first.output
    assert predicted.changes == first.changes != []
    assert verbs(log) == ["stop cells", "start cells"]
    assert site.cells.running

    again = run_audience(site)
    assert again.changes == []
    assert verbs(log) == ["stop cells", "start cells"]
    assert [row.id for row in not_ok(site) if row.id.startswith("A")] == []


def test_a_stopped_unit_is_not_started(site: Site, log: Path) -> None:
    site.cells.stop()

    assert run_audience(site).exit_code == 0
    assert verbs(log) == []


def test_a_unit_that_is_not_there_is_named_and_nothing_is_edited(site: Site, log: Path) -> None:
    before = site.cells.config_path.read_bytes()

    run = run_audience(site, service="cells-enterprise")

    assert run.exit_code != 0
    assert "no systemd unit cells-enterprise" in run.output
    assert site.cells.config_path.read_bytes() == before
    assert verbs(log) == []


@pytest.mark.parametrize("service", ["cells", "cells-enterprise"], ids=["a unit", "no such unit"])
def test_commands_take_the_place_of_the_unit(site: Site, log: Path, service: str) -> None:
    run = run_audience(site, service=service, commands=True)

    assert run.exit_code == 0, run.output
    # The module alone asks systemd, which configuration units of Cells are started with.
    assert set(log.read_text(encoding="utf-8").splitlines()) == {"show cells*.service"}
    assert site.cells.running
    assert [row.id for row in not_ok(site) if row.id.startswith("A")] == []


def test_the_user_name_becomes_the_login_by_a_drop_in(site: Site, log: Path, tmp_path: Path) -> None:
    dropin = tmp_path / "cells.service.d" / "cellsops-sso-login.conf"

    def run(*arguments: str, **variables: object) -> Run:
        own = {"sso_username_as_login": True, "setup_systemd_folder": str(tmp_path), "sso_cells_service": "cells"}
        commands: dict[str, object] = {"sso_cells_stop_command": [], "sso_cells_start_command": []}
        given = {**site.role_variables, **commands, **own, **variables}
        return run_playbook(PLAYBOOK, given, site.folder / "play", "--tags", "connector,client", *arguments)

    predicted = run("--check")
    assert predicted.exit_code == 0, predicted.output
    assert not dropin.parent.exists()
    first = run()
    assert first.exit_code == 0, first.output
    assert predicted.changes == first.changes != []
    assert '[Service]\nEnvironment="CELLS_CONNECTOR_USERNAME_AS_LOGIN=keycloak"' in dropin.read_text(encoding="utf-8")
    assert verbs(log) == ["restart cells"]
    assert site.cells.running

    assert run().changes == []
    assert verbs(log) == ["restart cells"]

    gone = run(sso_state="absent")
    assert gone.exit_code == 0, gone.output
    assert not dropin.exists()
    assert verbs(log) == ["restart cells"] * 2
