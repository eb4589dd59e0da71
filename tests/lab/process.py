# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that outlive the Python that started them, and are stopped by anyone who has their record.

A record is the file ``process.json`` in the folder of a server: its process id and the moment the kernel started it.
Both together name one process for good: a number that went to another process meanwhile is never signalled.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.errors import LabError
from lab.secret import write_private

RECORD = "process.json"
# Below the range of which the kernel takes ports for outgoing connections: a stopped server finds its port free again.
PORTS = range(20000, 32000)


def free_port() -> int:
    """Return a TCP port that nobody listens on.

    Raises LabError if 200 random ones are all taken.
    """
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe:
            # As servers do: a port whose last connections are still closing counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise LabError(f"Found no free port among 200 of {PORTS.start}-{PORTS.stop - 1} on 127.0.0.1")


def takes_connections(port: int) -> bool:
    """Return whether a server listens on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def _stat(pid: int) -> tuple[str, int] | None:
    """Return the state of a process (a letter) and when it was started (clock ticks since boot); None if it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name of the program stands in brackets before, and may hold spaces and brackets itself.
    fields = text.rpartition(")")[2].split()
    return fields[0], int(fields[19])


def launch(command: Sequence[str], directory: Path, log: Path, env: Mapping[str, str]) -> None:
    """Start command in directory, its output going to log (mode 0600), and record it there. Returns at once."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        child = subprocess.Popen(  # A session of its own: Ctrl-C at the terminal is for the lab, which then stops it.
            command,
            cwd=directory,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(output)
    # A child that ended already is a zombie, and still has its line.
    stat = _stat(child.pid)
    write_private(directory / RECORD, json.dumps({"pid": child.pid, "started": stat[1] if stat else 0}))
    # It is stopped by its record; Python is not to warn about it.
    child.returncode = 0


def running(directory: Path) -> int | None:
    """Return the process id of the server whose folder this is, or None if it does not run."""
    try:
        record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    pid: int = record["pid"]
    stat = _stat(pid)
    if stat is None or stat[1] != record["started"]:
        return None
    if stat[0] in "ZX":
        _reap(pid)
        return None
    return pid


def _reap(pid: int) -> None:
    """Take note of the end of a process if it is a child of this one."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def stop(directory: Path, patience: float = 10) -> bool:
    """Stop the server whose folder this is, and what it has started, also if only that is left.

    SIGTERM to its process group, and after patience (seconds) SIGKILL. False: the server itself did not run.
    """
    pid = running(directory)
    group = _group(directory)
    if group is not None:
        _signal_group(group, signal.SIGTERM)
        if not wait_for(lambda: running(directory) is None and not _members(group), patience):
            _signal_group(group, signal.SIGKILL)
            wait_for(lambda: running(directory) is None and not _members(group), 5)
    (directory / RECORD).unlink(missing_ok=True)
    return pid is not None


def _group(directory: Path) -> int | None:
    """Return the process group of the server whose folder this is, None if nothing of it is left.

    The kernel does not reuse the number of an existing group, so all remaining processes of the group belong to the
    server.
    """
    try:
        record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    group: int = record["pid"]
    stat = _stat(group)
    return group if (stat is None or stat[1] == record["started"]) and _members(group) else None


def _members(group: int) -> list[int]:
    """Return the processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(path.parent.name))
    return found


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def wait_for(condition: Callable[[], bool], limit: float, pause: float = 0.1) -> bool:
    """Return True as soon as condition() holds, False when it does not within limit (seconds)."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def memory(pid: int) -> int:
    """Return the resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0
