# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds out whether Cells keeps its configuration in the local file or elsewhere."""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Callable, NamedTuple, Tuple
from urllib.parse import urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.processes import servers_of

VARIABLES = ("CELLS_CONFIG", "PYDIO_CONFIG", "CELLS_DISCOVERY", "PYDIO_DISCOVERY")
FLAG = re.compile(r"--(config|discovery)[= ](\S+)")
ENTRY = re.compile(r"""["']?\b(\w+)["']?[ \t]*[:=][ \t]*["']?([^\s"',}]+)""")
"""A name and its value in a file of variables, or in YAML or JSON, with or without line breaks between them."""
LOCAL_SCHEMES = ("", "file")


class Setting(NamedTuple):
    """A setting that names a store: its place, and the URL."""

    place: str
    url: str


RunCommand = Callable[..., Tuple[int, str, str]]
"""AnsibleModule.run_command: takes the words of a command, returns exit code, stdout and stderr."""


def other_source(config_path: str, run_command: RunCommand) -> str | None:
    """Return in words which store Cells uses instead of that file, or None if no setting names one.

    The working directory of Cells is the folder of config_path as it is given, also if that is a symbolic link.

    Checks the environment of this process, the flags files in the same folder, running servers and systemd units.
    """
    for setting in _settings(os.path.dirname(os.path.abspath(config_path)), run_command):
        try:
            url = urlsplit(setting.url)
            host = url.hostname or ""
        except ValueError:
            return f"{setting.place} names a store whose URL cannot be read"
        if url.scheme not in LOCAL_SCHEMES:
            return f"{setting.place} names {url.scheme}://{host}"
        if url.path and os.path.realpath(url.path) != os.path.realpath(config_path):
            return f"{setting.place} names the file {url.path}"
    return None


def _settings(working_dir: str, run_command: RunCommand) -> Iterator[Setting]:
    yield from _in_environment(os.environ, "the environment variable")
    for path in [
        os.path.join(working_dir, "cells_local"),
        *glob.glob(os.path.join(glob.escape(working_dir), "flags.*")),
    ]:
        yield from _in_file(path)
    yield from _of_processes(working_dir)
    yield from _of_units(working_dir, run_command)


def _in_environment(environment: Mapping[str, str], where: str) -> Iterator[Setting]:
    for name in VARIABLES:
        if environment.get(name):
            yield Setting(f"{where} {name}", environment[name])
    if environment.get("CELLS_FLAGS_FILE"):
        yield from _in_file(environment["CELLS_FLAGS_FILE"])


def _in_file(path: str) -> Iterator[Setting]:
    """Yield the stores in a file of variables or flags, which has lines such as CELLS_CONFIG=… or config: …."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = "\n".join(line for line in file.read().splitlines() if not line.lstrip().startswith("#"))
    except OSError:
        return
    for name, value in ENTRY.findall(text):
        if name in VARIABLES or name.lower() in ("config", "discovery"):
            yield Setting(f"the file {path}", value)


def _of_processes(working_dir: str) -> Iterator[Setting]:
    """Yield the stores with which running Cells servers of this working directory were started.

    Forked child processes do not count, because they get their configuration from the parent (--discovery).
    """
    for server in servers_of(working_dir):
        if not server.forked:
            where = f"the running server (process {server.process}) by"
            yield from _in_environment(server.environment or {}, where)
            yield from _in_command(" ".join(server.command), where)


def _of_units(working_dir: str, run_command: RunCommand) -> Iterator[Setting]:
    """Yield the stores with which systemd units of Cells for this working directory are started."""
    command = ["systemctl", "show", "--property=Id,Environment,EnvironmentFiles,ExecStart", "cells*.service"]
    try:
        _code, shown, _words = run_command(command, handle_exceptions=False)
    except OSError:
        # No systemd here.
        return
    for unit in shown.split("\n\n"):
        properties = dict(line.partition("=")[::2] for line in unit.splitlines())
        try:
            pairs = [word.partition("=") for word in shlex.split(properties.get("Environment", ""))]
        except ValueError:
            pairs = []
        environment = {name: value for name, _separator, value in pairs}
        if not _same_folder(environment.get("CELLS_WORKING_DIR") or working_dir, working_dir):
            continue
        where = f"the unit {properties.get('Id', 'cells')} by"
        yield from _in_environment(environment, where)
        yield from _in_command(properties.get("ExecStart", ""), where)
        for path in re.findall(r"(/\S+) \(ignore_errors", properties.get("EnvironmentFiles", "")):
            yield from _in_file(path)


def _same_folder(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _in_command(command: str, where: str) -> Iterator[Setting]:
    for flag, value in FLAG.findall(command):
        yield Setting(f"{where} --{flag}", value)
