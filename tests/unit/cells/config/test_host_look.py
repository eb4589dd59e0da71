# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look at a Cells host: the command by which its configuration would be edited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cells import fake_command
from support.cells.pydio_json import URL
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
