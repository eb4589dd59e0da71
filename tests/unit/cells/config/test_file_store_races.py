# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method file beside others who write the file, and when it is killed in the middle."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cells.pydio_json import OTHER_URL, URL, EditAudience, clients, document, rendered, set_client
from support.module import assert_one_clear_line

KILLS = 20
BALLAST = [{"uuid": f"{i:032x}", "quota": 9007199254740993 + i, "name": "é" * 20} for i in range(17_000)]
LARGE = document(ballast=BALLAST)
EDITOR = """
import sys
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.file_store import FileStore

options = {
    "config_path": sys.argv[1],
    "oauth_client_id": "cells-frontend",
    "backup": False,
    "allow_running": False,
    "wait_timeout": 0,
}
store = FileStore(options, lambda *_words, **_options: (1, "", ""))
print("ready", flush=True)
while True:
    client = store.load()
    store.save(client, [] if client.get("audience") else [sys.argv[2]])
"""


def before_each(name: str, monkeypatch: pytest.MonkeyPatch, interfere: Callable[[int], None]) -> None:
    """Let somebody else act before each call of a function of os or fcntl; interfere gets the call's number from 1."""
    module = {"fsync": os, "flock": fcntl}[name]
    original, calls = getattr(module, name), 0

    def call(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        interfere(calls)
        return original(*arguments)

    monkeypatch.setattr(module, name, call)


@pytest.mark.parametrize("times", [1, 2])
def test_simultaneous_changes_of_others_are_kept(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    def somebody_writes(call: int) -> None:
        if call <= times:
            config.write_text(rendered(document(counter=call)))

    before_each("fsync", monkeypatch, somebody_writes)

    assert edit_audience()["changed"]

    assert config.read_text() == rendered(set_client(document(counter=times), audience=[URL]))
    assert list(config.parent.iterdir()) == [config]


def test_the_backup_contains_the_replaced_file(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first file that is synced is the backup, the second the new pydio.json.
    before_each(
        "fsync", monkeypatch, lambda call: config.write_text(rendered(document(counter=1))) if call == 2 else None
    )

    backup = edit_audience(backup=True)["backup_file"]

    assert Path(backup).read_text() == rendered(document(counter=1))


def test_no_backup_stays_if_the_file_cannot_be_replaced(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The backup and its folder are synced before the new file.
    def disk_is_full(call: int) -> None:
        if call == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before_each("fsync", monkeypatch, disk_is_full)

    assert_one_clear_line(edit_audience(backup=True), str(config), "No space left on device", "It was not changed")

    assert config.read_text() == rendered(document())
    assert list(config.parent.iterdir()) == [config]


def test_a_client_that_moves_meanwhile_is_found_again(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = document([{"client_id": "new-one"}, *clients()[::-1]])
    before_each("fsync", monkeypatch, lambda call: config.write_text(rendered(moved)) if call == 1 else None)

    edit_audience()

    assert config.read_text() == rendered(set_client(moved, audience=[URL]))


def test_a_client_that_others_change_meanwhile_is_not_overwritten(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = rendered(document(clients(audience=[OTHER_URL])))
    # The first lock is for reading, the second for writing.
    before_each("flock", monkeypatch, lambda call: config.write_text(theirs) if call == 2 else None)

    assert_one_clear_line(
        edit_audience(), str(config), "another program changed the static client", "Run the task again"
    )

    assert config.read_text() == theirs
    assert list(config.parent.iterdir()) == [config]


def test_a_file_that_is_always_being_written_is_one_line(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_each("fsync", monkeypatch, lambda call: config.write_text(rendered(document(counter=call))))

    assert_one_clear_line(edit_audience(), str(config), "being written by another program", "stop Cells")

    assert config.read_text() == rendered(document(counter=3))
    assert list(config.parent.iterdir()) == [config]


def test_a_file_that_goes_meanwhile_is_not_made_again(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_each("fsync", monkeypatch, lambda _call: config.unlink())

    assert_one_clear_line(edit_audience(), f"there is no {config}")

    assert list(config.parent.iterdir()) == []


def test_a_run_waits_for_another_one(edit_audience: EditAudience, config: Path, tmp_path: Path) -> None:
    handle = os.open(config.parent, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    child = start_editor(config)
    try:
        before = config.read_bytes()
        time.sleep(0.3)
        assert config.read_bytes() == before
        os.close(handle)
        deadline = time.monotonic() + 10
        while config.read_bytes() == before:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        child.kill()
        child.communicate()


@pytest.mark.parametrize("options", [{}, {"method": "cli"}])
def test_the_files_of_a_killed_run_are_removed(
    edit_audience: EditAudience, config: Path, commands: Path, options: dict[str, str]
) -> None:
    for name in (".cellsops-sso-abc123", ".cellsops-sso-x"):
        (config.parent / name).write_text("half a fi")
    others = [config.parent / name for name in (".cellsops", "pydio.json.1.2026-01-01@00:00:00~")]
    for path in others:
        path.write_text("somebody else's")
    cells = commands / "cells"
    cells.write_text("#!/bin/sh\nexit 1\n")
    cells.chmod(0o755)

    edit_audience(**options)

    assert sorted(config.parent.iterdir()) == sorted([config, *others])


def test_the_files_of_a_killed_run_are_removed_even_if_there_is_nothing_else_to_do(
    edit_audience: EditAudience, config: Path
) -> None:
    edit_audience()
    before = config.read_bytes()
    left = config.parent / ".cellsops-sso-abc123"
    left.write_text("half a fi")

    predicted = edit_audience(check=True)
    outcome = edit_audience()

    assert predicted["actions"] == outcome["actions"] == [f"remove {left}, which a killed run left"]
    assert predicted["diff"] == outcome["diff"]
    assert outcome["static_client"] == predicted["static_client"]
    assert config.read_bytes() == before
    assert list(config.parent.iterdir()) == [config]
    assert not edit_audience()["changed"]


def test_check_mode_clears_nothing(edit_audience: EditAudience, config: Path) -> None:
    left = config.parent / ".cellsops-sso-abc123"
    left.write_text("half a fi")

    edit_audience(check=True)

    assert left.exists()


def test_a_killed_edit_leaves_the_old_file_or_the_new_one(edit_audience: EditAudience, config: Path) -> None:
    old = rendered(LARGE)
    new = rendered(set_client(LARGE, audience=[URL]))
    assert len(old.encode()) > 2_000_000
    config.write_text(old, encoding="utf-8")
    whole = {old.encode(): "old", new.encode(): "new"}
    moments = random.Random(20261123)
    window = 2 * seconds_of_an_edit(config)

    found = set()
    # On a busy machine, many kills may fall before the rename: go on until one has come after it.
    for kill in range(10 * KILLS):
        if kill >= KILLS and len(found) == len(whole):
            break
        child = start_editor(config)
        time.sleep(moments.uniform(0, window))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        content = config.read_bytes()
        assert content in whole, f"{len(content)} bytes, neither old nor new"
        found.add(whole[content])
    # Else the edits were not killed in the middle of anything.
    assert found == {"old", "new"}

    (config.parent / ".cellsops-sso-left").write_bytes(new.encode()[: len(new) // 2])
    state = {"state": "absent"} if json.loads(config.read_bytes()) != LARGE else {}
    assert edit_audience(**state)["changed"]
    assert list(config.parent.iterdir()) == [config]


def start_editor(config: Path) -> subprocess.Popen[bytes]:
    """Start a process that sets and removes the audience again and again, and wait until it is about to begin."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen([sys.executable, "-c", EDITOR, str(config), URL], stdout=subprocess.PIPE, env=environment)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def seconds_of_an_edit(config: Path) -> float:
    """Return how long the first edit of a process takes here and now; leaves the file as it was, or edited."""
    before = config.stat().st_ino
    child = start_editor(config)
    start = time.monotonic()
    try:
        while config.stat().st_ino == before:
            assert time.monotonic() - start < 10
            time.sleep(0.002)
        return time.monotonic() - start
    finally:
        child.kill()
        child.communicate()


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no lock be had, as on NFS without a lock service."""

    def refuse(_call: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    before_each("flock", monkeypatch, refuse)


def test_nothing_is_written_without_a_lock(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.read_bytes()
    without_locks(monkeypatch)

    predicted = edit_audience(check=True)
    outcome = edit_audience()

    [warning] = predicted.warnings
    for text in (warning, outcome.msg):
        assert f"{config.parent} of {config} cannot be locked: No locks available" in text
    assert_one_clear_line(outcome, "config_path")
    assert config.read_bytes() == before
    assert list(config.parent.iterdir()) == [config]


def test_the_audience_is_read_with_a_warning_without_a_lock(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_audience()
    without_locks(monkeypatch)

    outcome = edit_audience()

    assert outcome["changed"] is False
    [warning] = outcome.warnings
    assert "cannot be locked" in warning
