# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes: recorded, recognised, stopped, and never somebody else's."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab import process, secret, watchdog

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
TESTS = Path(process.__file__).parents[1]


def test_a_launched_process_runs_until_it_is_stopped(tmp_path: Path) -> None:
    process.launch(SLEEP, tmp_path, tmp_path / "log", os.environ)
    pid = process.running(tmp_path)
    assert pid is not None
    os.kill(pid, 0)
    assert process.memory(pid) >= 0
    assert process.stop(tmp_path) is True
    assert process.running(tmp_path) is None
    assert process.stop(tmp_path) is False
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_that_ends_by_itself_leaves_its_output(tmp_path: Path) -> None:
    process.launch([sys.executable, "-c", "print('hello')"], tmp_path, tmp_path / "log", os.environ)
    assert process.wait_for(lambda: process.running(tmp_path) is None, 10)
    assert (tmp_path / "log").read_text() == "hello\n"


def test_one_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    process.launch([sys.executable, "-c", STUBBORN], tmp_path, tmp_path / "log", os.environ)
    assert process.wait_for(lambda: (tmp_path / "log").read_text() == "up\n", 10)
    assert process.stop(tmp_path, patience=0.3) is True
    assert process.running(tmp_path) is None


def test_a_process_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEP) as other:
        record = {"pid": other.pid, "started": 1}
        (tmp_path / process.RECORD).write_text(json.dumps(record), encoding="utf-8")
        assert process.running(tmp_path) is None
        assert process.stop(tmp_path) is False
        assert other.poll() is None
        other.kill()
        # Its exit status is still its parent's to read.
        assert other.wait() == -signal.SIGKILL


def test_files_of_a_launch_are_private(tmp_path: Path) -> None:
    process.launch(SLEEP, tmp_path, tmp_path / "log", os.environ)
    try:
        assert [path.stat().st_mode & 0o777 for path in (tmp_path / "log", tmp_path / process.RECORD)] == [0o600] * 2
    finally:
        process.stop(tmp_path)


def test_a_free_port_is_one_that_can_be_bound() -> None:
    port = process.free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
    assert port in process.PORTS


def test_servers_go_when_their_owner_is_killed(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    server = secret.private_directory(lab / "ldap")
    owner = (
        "import os, sys\nfrom pathlib import Path\nfrom lab import process, watchdog\n"
        "lab, server = map(Path, sys.argv[1:])\nwatchdog.start(lab, remove=True)\n"
        f"process.launch({SLEEP!r}, server, server / 'log', os.environ)\n"
        "print(process.running(server), flush=True)\nos.kill(os.getpid(), 9)"
    )
    env = os.environ | {"PYTHONPATH": str(TESTS)}
    done = subprocess.run(
        [sys.executable, "-c", owner, str(lab), str(server)], capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert process.wait_for(lambda: not lab.exists(), 15)
    assert process.wait_for(lambda: not _alive(int(done.stdout)), 5)


def test_a_dismissed_watchdog_has_ended(tmp_path: Path) -> None:
    dog = watchdog.start(tmp_path, remove=True)
    assert dog.poll() is None
    watchdog.dismiss(dog)
    assert dog.returncode == -signal.SIGKILL
    assert tmp_path.exists()


def test_stop_all_stops_a_labs_servers_and_no_others(tmp_path: Path) -> None:
    for name in ("ldap", "other"):
        folder = secret.private_directory(tmp_path / name)
        process.launch(SLEEP, folder, folder / "log", os.environ)
    assert watchdog.stop_all(tmp_path) == ["ldap"]
    assert process.running(tmp_path / "other") is not None
    process.stop(tmp_path / "other")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_child_processes_are_stopped_with_the_server_and_without_it(tmp_path: Path) -> None:
    script = "import subprocess, sys, time; print(subprocess.Popen([*sys.argv[1:]]).pid, flush=True); time.sleep(60)"
    for signal_first in (False, True):
        log = tmp_path / f"log-{signal_first}"
        process.launch([sys.executable, "-c", script, *SLEEP], tmp_path, log, os.environ)
        assert process.wait_for(lambda log=log: log.read_text().endswith("\n"), 10)
        child, server = int(log.read_text()), process.running(tmp_path)
        assert server is not None
        if signal_first:
            os.kill(server, signal.SIGTERM)
            assert process.wait_for(lambda: process.running(tmp_path) is None, 10)
            os.kill(child, 0)
        assert process.stop(tmp_path) is not signal_first
        assert process.wait_for(lambda child=child: not Path(f"/proc/{child}").exists(), 10)
