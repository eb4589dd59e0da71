# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pydio.json on a disk that is full, in a folder that may not be written, behind a link, and under other writers.

After each fault the file is whole, with its mode, owner and attributes, no temporary file is left, and one line says
what happened.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.cells.pydio_json import SERVICE, URL, clients, document, rendered, set_client
from support.cells.working_dir import WorkingDir, new_working_dir
from support.module import assert_one_clear_line

COMMAND = Path(__file__).parent.parent / "standin" / "cells"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk, and be another user")
NOBODY = 65534
BALLAST = [{"uuid": f"{i:032x}", "name": "é" * 20} for i in range(2_000)]
# Without integers that no version of Cells keeps.
PLAIN = document([clients()[0]], ballast=BALLAST)
del PLAIN["services"]["pydio.grpc.update"], PLAIN["defaults"]["quota"]
OLD, NEW = rendered(PLAIN).encode(), rendered(set_client(PLAIN, audience=[URL])).encode()
BY_COMMAND = {"method": "cli", "cells_bin": str(COMMAND)}
WAYS = pytest.mark.parametrize(
    "options", [{}, {"backup": True}, BY_COMMAND], ids=["file", "file with a backup", "command"]
)
ENTRY = re.compile(r"staticClients\[(\d+)\]/audience\[(\d+)\]")


def vectors() -> list[dict[str, Any]]:
    """Return the recorded results of the real command for one entry in the audience of an existing client."""
    found = []
    for case in json.loads((Path(__file__).parent.parent / "vectors/config_set.json").read_text(encoding="utf-8")):
        entry = ENTRY.fullmatch(case["key"])
        there = case.get("before", {}).get("services", {}).get(SERVICE, {}).get("staticClients", [])
        if case["service"] == SERVICE and entry and int(entry[1]) < len(there):
            found.append({**case, "client": int(entry[1]), "position": int(entry[2])})
    return found


VECTORS = vectors()


@pytest.fixture
def place() -> Iterator[WorkingDir]:
    """Return an empty working directory, of the user who runs the tests."""
    with new_working_dir() as made:
        yield replace(made, owner=(os.geteuid(), os.getegid()))


@pytest.fixture
def small_disk(place: WorkingDir) -> Iterator[Path]:
    """Mount a disk of one megabyte on the place's folder."""
    folder = place.config.parent
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "cells-tests", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, leave: int) -> None:
    """Fill a disk but for that many bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        file.truncate(max(0, file.tell() - leave))


def assert_untouched(place: WorkingDir, identity: tuple[Any, ...], *others: str) -> None:
    """Assert that the file is the old one, and that there is nothing else in the folder but these names."""
    assert place.config.read_bytes() == OLD
    assert place.identity(place.config) == identity
    made_by_cells = {"cells-vault-key", "pydio-vault.json"}
    assert {path.name for path in place.config.parent.iterdir()} - made_by_cells == {place.config.name, *others}


@AS_ROOT
@WAYS
def test_a_full_disk_leaves_the_file_as_it_was(
    place: WorkingDir, small_disk: Path, options: dict[str, Any], tally: Callable[[str, int], None]
) -> None:
    assert len(OLD) > 150_000
    for leave in (0, 4096, len(OLD) // 2, len(OLD) - 4096):
        place.write(OLD)
        identity = place.identity(place.config)
        fill(small_disk, leave)

        result = place.run(**options)

        assert_one_clear_line(result, str(place.config.parent), "No space left on device")
        assert_untouched(place, identity, "ballast")
        (small_disk / "ballast").unlink()
        assert place.run(**options)["audience"] == [URL]
        tally("file faults", 1)


@AS_ROOT
@pytest.mark.parametrize("copies", [1, 2])
def test_a_disk_that_fills_up_on_the_way_leaves_the_file_as_it_was(
    place: WorkingDir, small_disk: Path, copies: int, tally: Callable[[str, int], None]
) -> None:
    """Space for one more copy. A backup and the new file need two; the command's own copy needs one."""
    place.write(OLD)
    identity = place.identity(place.config)
    fill(small_disk, len(OLD) + 8192)

    if copies == 2:
        result = place.run(backup=True)
        assert_one_clear_line(result, "cannot be replaced: No space left on device", "It was not changed")
    else:
        # The command cuts the file off, and has no room to write it again: the copy from before needs none.
        command = small_disk.parent / "cells"
        command.write_text(
            '#!/bin/sh\ncd "$CELLS_WORKING_DIR"\n: > pydio.json\n'
            "head -c 2000000 /dev/zero > filler 2> /dev/null\n"
            "cat filler > pydio.json || exit 1\n"
        )
        command.chmod(0o755)
        result = place.run(method="cli", cells_bin=str(command))
        assert_one_clear_line(result, "exit code 1", "The file is as it was")
        (small_disk / "filler").unlink()
    (small_disk / "ballast").unlink()
    for path in small_disk.glob("*~"):
        assert path.read_bytes() == OLD
        path.unlink()
    assert_untouched(place, identity)
    tally("file faults", 1)


@WAYS
def test_a_limit_on_the_size_of_files_leaves_the_file_as_it_was(
    place: WorkingDir, options: dict[str, Any], tally: Callable[[str, int], None]
) -> None:
    for limit in (0, 1, 4096, len(OLD) - 1):
        place.write(OLD)
        identity = place.identity(place.config)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            # The module's process inherits it.
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
            result = place.run(**options)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

        assert_one_clear_line(result, str(place.config.parent), "File too large")
        assert_untouched(place, identity)
        tally("file faults", 1)


@AS_ROOT
@WAYS
def test_a_folder_that_may_not_be_written_leaves_the_file_as_it_was(
    place: WorkingDir, options: dict[str, Any], tally: Callable[[str, int], None]
) -> None:
    place.write(OLD)
    os.chown(place.config, NOBODY, NOBODY)
    identity = place.identity(place.config)
    if "cells_bin" in options:
        # One that nobody may run.
        options = {**options, "cells_bin": "/bin/true"}

    result = place.run(user=NOBODY, **options)

    assert_one_clear_line(result, str(place.config.parent), "Permission denied")
    assert_untouched(place, identity)
    tally("file faults", 1)


@pytest.mark.parametrize("relative", [True, False])
@WAYS
def test_a_link_stays_and_its_target_is_edited(
    *, place: WorkingDir, options: dict[str, Any], relative: bool, tally: Callable[[str, int], None]
) -> None:
    place.write(OLD)
    kept = place.config.parent.parent / "kept"
    kept.mkdir()
    target = place.config.rename(kept / "configuration.json")
    place.config.symlink_to(os.path.relpath(target, place.config.parent) if relative else target)
    identity = place.identity(target)

    result = place.run(**options)

    assert result["audience"] == [URL], result
    assert place.config.is_symlink()
    assert json.loads(target.read_bytes()) == json.loads(NEW)
    assert place.identity(target) == identity
    assert not [path for path in (*kept.iterdir(), *place.config.parent.iterdir()) if path.name.startswith(".")]
    tally("file faults", 1)


@AS_ROOT
@WAYS
def test_the_context_of_selinux_stays(
    place: WorkingDir, options: dict[str, Any], tally: Callable[[str, int], None]
) -> None:
    context = b"system_u:object_r:var_lib_t:s0:c1\0"
    place.write(OLD)
    try:
        os.setxattr(place.config, "security.selinux", context)
    except OSError as error:
        pytest.skip(f"no context can be set here: {error.strerror}")

    result = place.run(**options)

    assert result["audience"] == [URL], result
    for path in filter(None, (str(place.config), result["backup_file"])):
        assert os.getxattr(path, "security.selinux") == context
    tally("file faults", 1)


WRITER = """
import json, os, sys, time
path, end, way = sys.argv[1:]
number = 0
while not os.path.exists(end):
    number += 1
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    text = json.dumps({**document, "counter": number}, indent=2, sort_keys=True, ensure_ascii=False)
    new = path + ".theirs" if way == "by rename" else path
    with open(new, "w", encoding="utf-8") as file:
        file.write(text)
    if new != path:
        os.replace(new, path)
    if number == 1:
        print("ready", flush=True)
    time.sleep(0.002)
"""


@pytest.mark.parametrize("way", ["by rename", "in place"])
def test_nothing_is_lost_if_another_program_writes(
    place: WorkingDir, way: str, scale: Callable[[int, int], int], tally: Callable[[str, int], None]
) -> None:
    """Another writer writes the file all the time: each edit goes in or fails in one line, and the file is whole."""
    place.write(OLD)
    identity = place.identity(place.config)
    end = place.config.parent.parent / "end"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(place.config), str(end), way], stdout=subprocess.PIPE)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        for number in range(scale(10, 60)):
            result = place.run(state="absent" if number % 2 else "present", backup=number % 3 == 0)
            if result.get("failed"):
                assert_one_clear_line(result)
            if way == "by rename":
                assert_nothing_lost(place.config)
            tally("file faults", 1)
        end.touch()
        assert writer.wait(timeout=60) == 0
    finally:
        writer.kill()
        writer.communicate()

    assert_nothing_lost(place.config)
    assert place.run(state="present")["audience"] == [URL]
    assert place.traces() == []
    for path in place.config.parent.glob("*~"):
        assert_nothing_lost(path)
    if way == "in place":
        assert place.identity(place.config) == identity


def assert_nothing_lost(path: Path) -> None:
    """Assert that a file is whole, and the old one but for the audience and the other writer's counter."""
    found = json.loads(path.read_bytes())
    found.pop("counter", None)
    for client in found["services"][SERVICE]["staticClients"]:
        assert client.pop("audience", [URL]) == [URL]
    assert found == PLAIN


@pytest.mark.parametrize("case", VECTORS, ids=[f"{case['id']}-{case['impl']}" for case in VECTORS])
def test_the_command_of_each_store_sets_the_audience_or_the_lost_values_are_restored(
    place: WorkingDir, case: dict[str, Any], tally: Callable[[str, int], None]
) -> None:
    before = {"version": "5.0.0", **case["before"]}
    wanted = copy.deepcopy(before)
    client = wanted["services"][SERVICE]["staticClients"][case["client"]]
    audience = [*client.get("audience", [])]
    audience[case["position"] : case["position"] + 1] = [case["value"]]
    client["audience"] = audience
    harmless = {"version": "5.0.0", **case["after"]} == wanted
    old = rendered(before).encode()
    place.write(old)
    place.environment["STANDIN_STORE"] = case["impl"]
    options = {"oauth_client_id": client["client_id"], "audience": audience, "mode": "exact"}

    result = place.run(**BY_COMMAND, **options)

    if harmless:
        assert result["audience"] == audience, result
    else:
        assert_one_clear_line(result, "changed more than the audience", "was restored", "Use method file")
        assert place.config.read_bytes() == old
        assert place.run(**options)["audience"] == audience
        tally("lost entries put back", 1)
    assert json.loads(place.config.read_bytes()) == wanted
    assert place.traces() == []


def test_the_vectors_hold_commands_that_lose_entries_and_such_that_do_not() -> None:
    assert {case["impl"] for case in VECTORS} == {"v4-tree", "v5-merge-keep", "v5-kv-nil", "v5-kv-trunc"}
    assert len(VECTORS) >= 20
