# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Cells servers that run on this host, and which of them use a given working directory."""

from __future__ import annotations

import glob
import os
import time
from typing import NamedTuple

OTHER_PROGRAMS = ("cells-sync", "cells-client", "cells-fuse")
DEFAULT_DIRECTORY = ".config/pydio/cells"
"""The working directory, below the home directory, of a server without CELLS_WORKING_DIR."""
LOOK_AGAIN = 0.2
"""Seconds after which to look again whether a server has ended."""


class ServerProcess(NamedTuple):
    """One process of a Cells server. environment: None if this user cannot see it."""

    process: int
    command: list[str]
    environment: dict[str, str] | None

    @property
    def forked(self) -> bool:
        """Whether it is a child: a server forks about ten of itself, each for a group of services."""
        return "--fork" in self.command

    def uses(self, working_dir: str) -> bool:
        """Whether this is its working directory, as the process sees it: it may run in a container."""
        if self.environment is None:
            return False
        root = f"/proc/{self.process}/root"
        named = self.environment.get("CELLS_WORKING_DIR")
        if named:
            return _same_folder(root + named, working_dir)
        default = f"{root}{self.environment.get('HOME', '')}/{DEFAULT_DIRECTORY}"
        return _same_folder(default, working_dir) or not os.path.exists(f"{default}/pydio.json")


def server_processes() -> list[ServerProcess]:
    """Return the processes of all Cells servers of this host, children included."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            command = _entries(f"{folder}/cmdline")
            environment = _environment(folder) if _is_server(command) else {}
        except OSError:
            # It has ended meanwhile.
            continue
        if _is_server(command):
            found.append(ServerProcess(int(os.path.basename(folder)), command, environment))
    return sorted(found, key=lambda server: server.process)


def servers_of(working_dir: str) -> list[ServerProcess]:
    """Return the processes of the servers that use this working directory."""
    return [server for server in server_processes() if server.uses(working_dir)]


def why_not_now(working_dir: str) -> str | None:
    """Return in a sentence which processes still use this configuration, so that it must not be edited, or None."""
    found = servers_of(working_dir)
    parents = [server for server in found if not server.forked]
    if parents:
        return (
            f"Cells is running in {working_dir} ({_ids(parents)}): it would not notice an edit, and would overwrite "
            "it when it next saves its configuration. Stop Cells before the edit, and start it afterwards."
        )
    if found:
        return (
            f"Cells has been stopped, but its child processes are still running in {working_dir} ({_ids(found)}). End "
            "them before the edit."
        )
    return None


def why_not_within(working_dir: str, seconds: float) -> str | None:
    """Return the result of why_not_now once it is empty or the seconds are over, because a server may be shutting
    down."""
    end = time.monotonic() + seconds
    reason = why_not_now(working_dir)
    while reason and time.monotonic() < end:
        time.sleep(LOOK_AGAIN)
        reason = why_not_now(working_dir)
    return reason


def hidden_servers() -> str | None:
    """Return in a sentence which servers this user cannot inspect, or None."""
    hidden = [server for server in server_processes() if server.environment is None]
    if not hidden:
        return None
    return (
        f"A Cells server of another user is running ({_ids(hidden)}), and the task cannot see its working directory. "
        "If config_path is in that directory, Cells would overwrite the edit: run the task as root."
    )


def _is_server(command: list[str]) -> bool:
    """Whether these are the words of cells start, under whatever name the command has been installed."""
    names = [os.path.basename(word) for word in command[:3]]
    return "start" in command and any(
        name.startswith("cells") and not name.startswith(OTHER_PROGRAMS) for name in names
    )


def _environment(folder: str) -> dict[str, str] | None:
    """Return the environment of the process of a folder below /proc; None if this user cannot see it."""
    try:
        pairs = [entry.partition("=") for entry in _entries(f"{folder}/environ")]
    except PermissionError:
        return None
    return {name: value for name, separator, value in pairs if separator}


def _entries(path: str) -> list[str]:
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "replace").split("\0")


def _same_folder(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _ids(found: list[ServerProcess]) -> str:
    word = "process" if len(found) == 1 else "processes"
    return f"{word} {', '.join(str(server.process) for server in found)}"
