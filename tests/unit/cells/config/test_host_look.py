# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look at a Cells host: the command that would edit its configuration, the rights to the file, and the unit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cells import fake_command
from support.cells.pydio_json import URL, AsNobody
from support.module import Outcome, RunModule

Look = Callable[..., Outcome]


@pytest.fixture
def look(run_module: RunModule, config: Path) -> Look:
    """Return a function that runs cells_host_info on the file; by default for one URL."""

    def run(**options: Any) -> Outcome:
        return run_module("cells_host_info", {"config_path": str(config), "audience": [URL], **options}, False)

    return run


def test_a_command_of_several_words_is_looked_for_by_its_first(look: Look, commands: Path) -> None:
    cells = fake_command.install(commands)

    assert look(method="cli", cells_bin=["env", str(cells)])["problems"] == []
    (problem,) = look(method="cli", cells_bin=["no-such-engine", "exec", str(cells)])["problems"]
    assert "cells_bin: this host has no command 'no-such-engine'" in problem
    assert fake_command.calls(cells) == []


def test_a_file_that_may_not_be_read_needs_root(look: Look, unprivileged: AsNobody, open_folder: Path) -> None:
    path = open_folder / "pydio.json"
    path.write_text("{}", encoding="utf-8")
    path.chmod(0)

    with unprivileged():
        (problem,) = look(config_path=str(path))["problems"]

    assert problem == f"config_path: the user nobody may not read {path}. Run the task as root (become: true)."


def test_a_folder_that_may_not_be_written_needs_root(
    look: Look, unprivileged: AsNobody, open_folder: Path, config: Path
) -> None:
    path = open_folder / "pydio.json"
    path.write_bytes(config.read_bytes())
    path.chmod(0o666)
    open_folder.chmod(0o555)

    with unprivileged():
        problems = look(config_path=str(path), systemd_unit="")["problems"]

    assert (
        f"config_path: the user nobody may not write into {open_folder}. Run the task as root (become: true)."
        in problems
    )


def test_a_host_without_systemd_needs_commands_instead_of_the_unit(
    look: Look, commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (commands / "systemctl").unlink()
    monkeypatch.setenv("PATH", str(commands))

    (problem,) = look(systemd_unit="cells")["problems"]

    assert problem == (
        "systemd_unit: there is no systemd on this host to stop cells for the edit. Give the name of its unit in "
        "systemd_unit, or its commands in stop_command and start_command."
    )


def test_a_unit_that_systemd_does_not_know_is_named(look: Look) -> None:
    (problem,) = look(systemd_unit="no-such-unit")["problems"]

    assert "there is no systemd unit no-such-unit on this host" in problem
