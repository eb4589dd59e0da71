# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cells_config_audience killed at random moments of its work on a large pydio.json."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from support.cells.killable import KillableRun, pause_until
from support.cells.pydio_json import URL, clients, document, rendered, set_client
from support.cells.working_dir import TEMPORARY, UNDO, WorkingDir, new_working_dir
from support.module import assert_one_clear_line

COMMAND = Path(__file__).parent.parent / "standin" / "cells"
SEED = 20261124
# Seven megabytes: users, workspaces and numbers that a float does not hold.
LARGE = document(
    ballast=[
        {"uuid": f"{i:032x}", "quota": 9007199254740993 + i, "name": "é" * 20, "path": f"/a/{i}"} for i in range(40_000)
    ]
)


@pytest.fixture
def place() -> Iterator[WorkingDir]:
    """Return an empty working directory."""
    with new_working_dir() as made:
        yield made


@dataclass
class Timing:
    """How long a run takes here and now, in seconds: all of it, and from its first temporary file on."""

    whole: float
    write: float


def measure(place: WorkingDir, old: bytes, begun: Callable[[], bool], **options: Any) -> Timing:
    """Return the timing of one whole run."""
    for _try in range(20):
        place.write(old)
        start = time.monotonic()
        run = place.start(**options)
        seen = pause_until(run, begun)
        writing = time.monotonic()
        run.wait()
        end = time.monotonic()
        # A busy machine may not let this process look at the right moment.
        if seen:
            return Timing(end - start, end - writing)
    raise AssertionError("no run was seen writing")


def kill_somewhere(
    place: WorkingDir,
    run: KillableRun,
    timing: Timing,
    begun: Callable[[], bool],
    moments: random.Random,
    *,
    group: bool = False,
) -> bool:
    """Kill a run anywhere, while it writes, or as soon as the file changes; return False if it had ended by then."""
    before = stamp(place.config)
    aim = moments.choice(["anywhere", "writing", "writing", "changing"])
    pause = moments.uniform(0, timing.whole if aim == "anywhere" else timing.write)
    if aim == "writing" and not pause_until(run, begun):
        pause = 0
    if aim == "changing":
        pause_until(run, lambda: stamp(place.config) != before)
        pause = 0
    end = time.monotonic() + pause
    pause_until(run, lambda: time.monotonic() >= end)
    return run.kill(group)


def stamp(path: Path) -> tuple[int, ...]:
    """Return the values that change if a file is written or replaced."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


@pytest.mark.parametrize("backup", [False, True], ids=["", "with a backup"])
def test_a_killed_edit_leaves_the_old_file_or_the_new_one_and_the_next_run_ends_it(
    place: WorkingDir, backup: bool, scale: Callable[[int, int], int], tally: Callable[[str, int], None]
) -> None:
    old, new = rendered(LARGE).encode(), rendered(set_client(LARGE, audience=[URL])).encode()
    assert len(old) > 5_000_000
    moments = random.Random(SEED + backup)
    goal = scale(10, 100)

    def begun() -> bool:
        return any(name.startswith(TEMPORARY) for name in os.listdir(place.config.parent))

    timing = measure(place, old, begun, backup=backup)
    kills, found = 0, set()
    for _try in range(4 * goal):
        place.write(old)
        identity = place.identity(place.config)
        kills += kill_somewhere(place, place.start(backup=backup), timing, begun, moments)

        content = place.config.read_bytes()
        assert content in (old, new), f"{len(content)} bytes, neither the old nor the new file"
        assert place.identity(place.config) == identity
        found.add(content == new)
        copies = [path for path in place.config.parent.iterdir() if path.name.endswith("~")]
        assert all(path.read_bytes() == old and place.identity(path) == identity for path in copies)
        assert backup or not copies

        result = place.run(backup=backup)
        assert not result.get("failed"), result
        assert result["changed"] is (content == old)
        assert result["audience"] == [URL]
        assert place.config.read_bytes() == new
        assert place.identity(place.config) == identity
        assert place.traces() == []
        if kills >= goal and found == {True, False}:
            break
    # Else the runs were not killed in the middle of their work.
    assert kills >= goal
    assert found == {True, False}
    tally("kills of an edit of the file", kills)


@pytest.mark.parametrize("group", [False, True], ids=["the command goes on", "with its command"])
@pytest.mark.parametrize("store", ["v4-tree", "v5-merge-keep", "v5-kv-nil", "v5-kv-trunc"])
def test_a_killed_run_of_the_command_is_healed_by_the_next(
    *, place: WorkingDir, store: str, group: bool, scale: Callable[[int, int], int], tally: Callable[[str, int], None]
) -> None:
    # The client comes second, so that the command of newer versions 5 drops others; no integers that no version keeps.
    # Its owner runs the command, and only this user may surely reach it.
    place = replace(place, owner=(os.geteuid(), os.getegid()))
    before = document([clients()[1], clients()[0], clients()[2]])
    del before["services"]["pydio.grpc.update"], before["defaults"]["quota"]
    before["ballast"] = [{"uuid": f"{i:032x}", "name": "é" * 20} for i in range(2_000)]
    old, wanted = rendered(before).encode(), set_client(before, audience=[URL])
    harmless = store in ("v4-tree", "v5-merge-keep")
    place.environment["STANDIN_STORE"] = store
    by_command = {"method": "cli", "cells_bin": str(COMMAND)}
    moments = random.Random(f"{SEED}{store}{group}")
    goal = scale(2, 15)

    def begun() -> bool:
        return (place.config.parent / UNDO).exists()

    timing = measure(place, old, begun, **by_command)
    kills = 0
    for _try in range(6 * goal):
        place.write(old)
        identity = place.identity(place.config)
        kills += kill_somewhere(place, place.start(**by_command), timing, begun, moments, group=group)

        result = place.run(**by_command)

        if harmless:
            assert not result.get("failed"), result
            assert result["audience"] == [URL]
            assert json.loads(place.config.read_bytes()) == wanted
        else:
            assert_one_clear_line(result, "is gone", "was restored", "Use method file")
            assert place.config.read_bytes() == old
        assert place.identity(place.config) == identity
        assert place.traces() == []
        result = place.run()
        assert not result.get("failed"), result
        assert json.loads(place.config.read_bytes()) == wanted
        assert place.traces() == []
        if kills >= goal:
            break
    assert kills >= goal
    tally("kills of a cells command", kills)
