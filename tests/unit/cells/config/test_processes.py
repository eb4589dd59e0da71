# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that is running on the file would drop an edit: the module fails before it touches the file."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from support.cells.pydio_json import NOBODY, EditAudience, static_client
from support.cells.server_process import FORKED, running
from support.module import assert_one_clear_line

AsNobody = Callable[[], AbstractContextManager[None]]
METHODS = [{"method": "file"}, {"method": "cli", "cells_bin": "true"}]


@pytest.mark.parametrize("options", METHODS, ids=["file", "cli"])
@pytest.mark.parametrize(
    ("started", "words"),
    [
        ([["start"]], ["Cells is running", "Stop Cells before the edit"]),
        ([["start"], FORKED, FORKED], ["Cells is running", "Stop Cells before the edit"]),
        ([FORKED, FORKED], ["Cells has been stopped", "child processes", "End them before the edit"]),
    ],
    ids=["server", "server with children", "children that were left"],
)
def test_an_edit_is_refused_while_a_server_is_running(
    *,
    edit_audience: EditAudience,
    config: Path,
    tmp_path: Path,
    options: dict[str, str],
    started: list[list[str]],
    words: list[str],
) -> None:
    before = config.read_bytes()
    variables = {"CELLS_WORKING_DIR": str(config.parent)}
    with ExitStack() as stack:
        processes = [stack.enter_context(running(tmp_path, "cells", arguments, variables)) for arguments in started]
        parents = [process for process, arguments in zip(processes, started, strict=True) if "--fork" not in arguments]

        outcome = edit_audience(wait_timeout=0, **options)
        predicted = edit_audience(check=True, wait_timeout=0, **options)

    assert_one_clear_line(outcome, *words, *map(str, parents or processes))
    assert config.read_bytes() == before
    assert predicted["changed"]
    (warning,) = predicted.warnings
    assert all(word in warning for word in [*words, "a real run fails here"])


def test_an_edit_can_be_allowed_while_a_server_is_running(
    edit_audience: EditAudience, config: Path, tmp_path: Path
) -> None:
    with running(tmp_path, "cells", ["start"], {"CELLS_WORKING_DIR": str(config.parent)}):
        outcome = edit_audience(allow_running=True)

    assert outcome["changed"]
    assert not outcome.warnings
    assert static_client(config)["audience"]


@pytest.mark.parametrize("arguments", [["start"], FORKED], ids=["server", "child"])
def test_a_server_that_is_ending_is_waited_for(
    edit_audience: EditAudience, config: Path, tmp_path: Path, arguments: list[str]
) -> None:
    with ExitStack() as stack:
        variables = {"CELLS_WORKING_DIR": str(config.parent)}
        process = stack.enter_context(running(tmp_path, "cells", arguments, variables))
        assert_one_clear_line(edit_audience(wait_timeout=0), str(process))
        ending = threading.Timer(1, stack.close)
        ending.start()

        outcome = edit_audience(wait_timeout=60)

        ending.join()
    assert outcome["changed"]
    assert static_client(config)["audience"]


def test_a_server_may_run_if_nothing_has_to_change(edit_audience: EditAudience, config: Path, tmp_path: Path) -> None:
    edit_audience()

    with running(tmp_path, "cells", ["start"], {"CELLS_WORKING_DIR": str(config.parent)}):
        outcome = edit_audience()

    assert not outcome["changed"]
    assert not outcome.warnings


@pytest.mark.parametrize("own", [True, False])
def test_a_server_without_a_working_directory_uses_the_one_below_its_home(
    *, edit_audience: EditAudience, config: Path, tmp_path: Path, own: bool
) -> None:
    """It has its own configuration there; else nothing says which one it uses, and it counts."""
    directory = tmp_path / "home" / ".config" / "pydio" / "cells"
    directory.mkdir(parents=True)
    if own:
        shutil.copy(config, directory)

    with running(tmp_path, "cells", ["start"], {"HOME": str(tmp_path / "home")}):
        assert edit_audience(wait_timeout=0).failed != own
        if own:
            beside_it = edit_audience(config_path=str(directory / "pydio.json"), wait_timeout=0)
            assert_one_clear_line(beside_it, "Cells is running")


def test_cells_sync_is_no_server(edit_audience: EditAudience, tmp_path: Path) -> None:
    with running(tmp_path, "cells-sync", ["start"], {}):
        assert edit_audience()["changed"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process that another user may not look into")
def test_a_server_that_cannot_be_looked_into_is_a_warning(
    edit_audience: EditAudience, config: Path, tmp_path: Path, unprivileged: AsNobody, open_folder: Path
) -> None:
    own = open_folder / "pydio.json"
    shutil.copy(config, own)
    for path in (open_folder, own):
        os.chown(path, NOBODY, NOBODY)

    with running(tmp_path, "cells", ["start"], {}) as process, unprivileged():
        outcome = edit_audience(config_path=str(own))

    assert outcome["changed"]
    (warning,) = outcome.warnings
    assert "another user" in warning
    assert str(process) in warning
