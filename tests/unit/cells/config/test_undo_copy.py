# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of method cli that is killed between the command and its check: the next run, of either way, heals the file."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.cells import fake_command
from support.cells.pydio_json import OTHER_URL, URL, EditAudience, clients, document, rendered, set_client
from support.module import assert_one_clear_line

WAY = """
import os, subprocess, sys
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.cli_store import CliStore

def run_command(words, **options):
    environment = {**os.environ, **options.get("environ_update", {})}
    done = subprocess.run(words, cwd=options.get("cwd"), env=environment, pass_fds=options.get("pass_fds", ()))
    return done.returncode, "", ""

options = {"oauth_client_id": "cells-frontend", "backup": False, "allow_running": False, "wait_timeout": 0}
store = CliStore({**options, "config_path": sys.argv[1], "cells_bin": [sys.argv[2]]}, run_command)
store.save(store.load(), [*(store.load().get("audience") or []), sys.argv[3]])
"""
HANGS = """
    import time
    (Path(__file__).parent / "written").touch()
    while not (Path(__file__).parent / "end").exists():
        time.sleep(0.01)
"""
LIMIT = 30
UNDO = ".pydio.json.before-cells"


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds, or fail."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextlib.contextmanager
def a_run(config: Path, command: Path, behaviour: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a run, in its own session, whose command has written the file and hangs; end the remaining processes."""
    command.write_text(command.read_text(encoding="utf-8") + HANGS, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), fake_command.BEHAVIOUR: behaviour}
    child = subprocess.Popen(
        [sys.executable, "-c", WAY, str(config), str(command), URL], env=environment, start_new_session=True
    )
    try:
        wait_until((command.parent / "written").exists)
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        fake_command.install(command.parent)


@pytest.fixture
def cells(commands: Path) -> Path:
    """Return the command, which is found on PATH."""
    return fake_command.install(commands)


def killed(config: Path, command: Path, behaviour: str) -> None:
    """Kill a run and its command after that has written the file in its way."""
    with a_run(config, command, behaviour):
        pass
    assert (config.parent / UNDO).exists()


@pytest.mark.parametrize("method", ["file", "cli"])
@pytest.mark.parametrize(
    "behaviour",
    ["writes half a file", "empties the file", "removes the file", "drops later clients", "clears earlier clients"],
)
def test_the_next_run_repairs_the_damage_of_a_killed_command(
    edit_audience: EditAudience, config: Path, cells: Path, behaviour: str, method: str
) -> None:
    config.write_text(rendered(document(clients()[1::-1] + clients()[2:])), encoding="utf-8")
    config.chmod(0o640)
    old = json.loads(config.read_bytes())
    killed(config, cells, behaviour)
    broken = config.read_bytes() if config.exists() else None
    names = sorted(path.name for path in config.parent.iterdir())

    predicted = edit_audience(check=True, method=method)
    assert (config.read_bytes() if config.exists() else None) == broken
    assert sorted(path.name for path in config.parent.iterdir()) == names
    outcome = edit_audience(method=method)

    assert outcome["changed"]
    for key in ("changed", "actions", "diff", "static_client", "audience"):
        assert predicted[key] == outcome[key]
    assert f"restore {config} from before a cells command" in outcome["actions"][0]
    assert json.loads(config.read_bytes()) == set_client(old, audience=[URL])
    assert config.stat().st_mode & 0o777 == 0o640
    copies = [path for path in config.parent.iterdir() if path != config]
    # Whatever was whole JSON is kept, and named.
    if behaviour.endswith("clients"):
        assert [path.read_bytes() for path in copies] == [broken]
        assert [warning for warning in outcome.warnings if str(copies[0]) in warning]
    else:
        assert copies == []
    assert not edit_audience(method=method)["changed"]


@pytest.mark.parametrize("method", ["file", "cli"])
def test_the_successful_change_of_a_killed_command_stays(
    edit_audience: EditAudience, config: Path, cells: Path, method: str
) -> None:
    config.write_text(rendered(set_client(document(), audience=[OTHER_URL])), encoding="utf-8")
    killed(config, cells, "good")
    written = config.read_bytes()

    predicted = edit_audience(check=True, method=method)
    outcome = edit_audience(method=method)

    assert outcome["actions"] == predicted["actions"] == [f"remove {config.parent / UNDO}, which a killed run left"]
    assert config.read_bytes() == written
    assert outcome["audience"] == [OTHER_URL, URL]
    assert list(config.parent.iterdir()) == [config]
    assert not edit_audience(method=method)["changed"]


def test_an_audience_that_a_killed_command_emptied_is_put_back(
    edit_audience: EditAudience, config: Path, cells: Path
) -> None:
    config.write_text(rendered(set_client(document(), audience=[OTHER_URL])), encoding="utf-8")
    killed(config, cells, "clears earlier entries")

    assert edit_audience()["audience"] == [OTHER_URL, URL]


def test_the_file_is_restored_even_if_the_options_declare_the_former_audience(
    edit_audience: EditAudience, config: Path, cells: Path
) -> None:
    before = config.read_bytes()
    killed(config, cells, "drops later clients")

    assert len(edit_audience(state="absent")["actions"]) == 1

    assert config.read_bytes() == before
    assert not edit_audience(state="absent")["changed"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("method", ["file", "cli"])
def test_later_changes_of_others_are_not_undone(
    *, edit_audience: EditAudience, config: Path, cells: Path, method: str, check: bool
) -> None:
    killed(config, cells, "drops later clients")
    theirs = {**json.loads(config.read_bytes()), "added": "by an administrator"}
    config.write_text(rendered(theirs), encoding="utf-8")

    outcome = edit_audience(check, method=method)

    assert_one_clear_line(outcome, "was killed", str(config), str(config.parent / UNDO), "another program has written")
    assert config.read_text(encoding="utf-8") == rendered(theirs)
    (config.parent / UNDO).unlink()
    assert edit_audience(check)["audience"] == [URL]


def test_a_run_waits_for_the_command_of_a_killed_one(edit_audience: EditAudience, config: Path, cells: Path) -> None:
    with a_run(config, cells, "good") as first:
        first.kill()
        first.wait()
        second = subprocess.Popen(
            [sys.executable, "-c", WAY, str(config), str(cells), OTHER_URL],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        try:
            time.sleep(0.5)
            assert second.poll() is None
            assert len(fake_command.calls(cells)) == 1
            (cells.parent / "end").touch()
            assert second.wait(timeout=LIMIT) == 0
        finally:
            second.kill()
            second.wait()

    assert json.loads(config.read_bytes()) == set_client(document(), audience=[URL, OTHER_URL])
