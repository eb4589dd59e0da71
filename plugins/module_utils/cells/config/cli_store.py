# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method cli (row A1): cells admin config set, whose result is read back, and undone if anything else has changed."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.config_file import SERVICE
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.file_store import FileStore, edit
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.source import RunCommand
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, NotKept
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


class CliStore(FileStore):
    """The static client in pydio.json, written by the cells command and read from the file."""

    def __init__(self, options: Mapping[str, Any], run_command: RunCommand) -> None:
        """Take the same arguments as FileStore. Raises InvalidInput if there is no such command."""
        super().__init__(options, run_command)
        path = options["config_path"]
        # Cells opens the file by its name in its working directory, even if it is a link.
        if os.path.basename(path) != "pydio.json":
            raise InvalidInput(f"config_path: the cells command only edits a file named pydio.json, not {path}.")
        self.run_command = run_command
        self.cells_bin = _with_path(options["cells_bin"])

    def plan(self, client: State, audience: list[str]) -> str:
        """Return the commands to run. Raises InvalidInput if they would have to shorten a list, which they cannot."""
        present = client.get("audience") or []
        if not isinstance(present, list) or len(present) > len(audience):
            raise InvalidInput(
                f"The cells command cannot remove entries from the audience of {self.client_id} or replace a value "
                "that is not a list: use method file."
            )
        with self.file.undisturbed():
            index, _client = self.find(self.file.parse(self.undo.content()))
        commands = (self._command(index, position, url) for position, url in _assignments(present, audience))
        return "by " + "; ".join(" ".join(command) for command in commands)

    def save(self, client: State, audience: list[str]) -> None:
        """Run the commands and compare the file with the wanted one.

        Raises NotKept if it differs, after restoring it, and InvalidInput.
        """
        with self.file.locked() as lock:
            self._undo_killed_command()
            before = self.file.read()
            index, found = self.find(self.file.parse(before.content))
            if found != client:
                raise InvalidInput(
                    f"{self.file.shown_path}: another program changed the static client in the meantime. Run the "
                    "task again."
                )
            if self.backup:
                self.backup_file = self.file.back_up(before)
            wanted = self.file.parse(edit(before.content, index, audience))
            # A run that is killed from here on leaves the copy, by which the next one puts the file back.
            self.undo.make(before)
            for position, url in _assignments(client.get("audience") or [], audience):
                self._run(self._command(index, position, url), lock)
            self._compare(wanted)

    def _command(self, index: int, position: int, url: str) -> list[str]:
        return [*self.cells_bin, "admin", "config", "set", SERVICE, f"staticClients[{index}]/audience[{position}]", url]

    def _run(self, command: list[str], lock: int) -> None:
        owner, environment = self._as_owner()
        try:
            code, _out, words = self.run_command(
                [*owner, *command],
                cwd=self.working_dir,
                environ_update=environment,
                handle_exceptions=False,
                # The command outlives a run that is killed: the next run waits until it has ended.
                pass_fds=[lock],
            )
        except OSError as error:
            self.undo.put_back()
            raise InvalidInput(f"{' '.join(command)}: {error}. The file is as it was.") from error
        if code != 0:
            self.undo.put_back()
            words = " ".join(words.split())[:200]
            raise InvalidInput(f"{' '.join(command)}: exit code {code}, {words}. The file is as it was.")

    def _as_owner(self) -> tuple[list[str], dict[str, str]]:
        """Return the words before the command that make it run as the file's owner, and its environment.

        If another user called it, it would create and edit that user's own configuration. A command of several words,
        such as docker exec, chooses the user itself.
        """
        environment = {"CELLS_WORKING_DIR": self.working_dir}
        owner = os.stat(self.undo.path)
        if os.geteuid() != 0 or owner.st_uid == 0 or len(self.cells_bin) > 1:
            return [], environment
        try:
            environment["HOME"] = pwd.getpwuid(owner.st_uid).pw_dir
        except KeyError:
            environment["HOME"] = self.working_dir
        return ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups", "--"], environment

    def _compare(self, wanted: dict[str, Any]) -> None:
        """Compare the file with the wanted one, and restore it if they differ."""
        try:
            written = self.file.parse(self.file.read().content)
        except InvalidInput:
            written = {}
        if written == wanted:
            self.undo.drop()
            return
        self.undo.put_back()
        raise NotKept(
            f"cells admin config set changed more than the audience of {self.client_id}: "
            f"{_differences(wanted, written)}. {self.file.shown_path} was restored. Use method file."
        )


def _with_path(words: list[str]) -> list[str]:
    """Return the words of a command with the path of its program. Raises InvalidInput if there is no such program."""
    if not words:
        raise InvalidInput("cells_bin: give the name or path of the cells command, or its words as a list.")
    program = shutil.which(words[0])
    if program is None:
        hint = " Give a command of several words as a list." if " " in words[0] else ""
        raise InvalidInput(f"cells_bin: this host has no command {words[0]!r} that the task can run.{hint}")
    return [os.path.abspath(program), *words[1:]]


def _assignments(present: list[Any], audience: list[str]) -> list[tuple[int, str]]:
    """Return (position, URL) of each entry of the audience that has to be set."""
    return [(i, url) for i, url in enumerate(audience) if i >= len(present) or present[i] != url]


def _differences(wanted: Any, written: Any, path: str = "") -> str:
    """Return in words the first few places where a written document is not the wanted one."""
    return "; ".join(_places(wanted, written, path)[:4])


def _places(wanted: Any, written: Any, path: str) -> list[str]:
    if isinstance(wanted, dict) and isinstance(written, dict):
        places = []
        for key in sorted({*wanted, *written}):
            where = f"{path}/{key}" if path else str(key)
            if key not in written:
                places.append(f"{where} is gone")
            elif key not in wanted:
                places.append(f"{where} is new")
            else:
                places += _places(wanted[key], written[key], where)
        return places
    if isinstance(wanted, list) and isinstance(written, list):
        places = [f"{path}[{i}] is gone" for i in range(len(written), len(wanted))]
        places += [f"{path}[{i}] is new" for i in range(len(wanted), len(written))]
        for i, (want, have) in enumerate(zip(wanted, written)):
            places += (
                [f"{path}[{i}] is gone"] if have is None and want is not None else _places(want, have, f"{path}[{i}]")
            )
        return places
    return [] if wanted == written else [f"{path or 'the file'} is another"]
