# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method file (row A2): edits the static client in pydio.json, and changes only the bytes of its audience."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.config_file import CLIENTS, SERVICE, ConfigFile
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.json_text import with_value, without_value
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.processes import hidden_servers, why_not_within
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.source import RunCommand, other_source
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import find_static_client
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.undo_copy import UndoCopy
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

TRIES = 3
"""How often an edit starts again because somebody else wrote the file in between."""


class FileStore:
    """The static client in pydio.json, edited in place."""

    def __init__(self, options: Mapping[str, Any], run_command: RunCommand) -> None:
        """Take the options of cells_config_audience, and AnsibleModule.run_command.

        Raises InvalidInput if Cells does not use the file of config_path.
        """
        path: str = options["config_path"]
        self.working_dir = os.path.dirname(os.path.abspath(path))
        self.allow_running: bool = options["allow_running"]
        self.wait_timeout: int = options["wait_timeout"]
        self.file = ConfigFile(path)
        self.undo = UndoCopy(self.file)
        self.client_id: str = options["oauth_client_id"]
        self.backup: bool = options["backup"]
        self.backup_file = ""
        self.warnings = self.file.warnings
        self.unfinished: list[str] = []
        other = other_source(path, run_command)
        if other:
            raise InvalidInput(
                f"config_path: Cells does not use {path}: {other}. Editing the file would have no effect."
            )

    def load(self) -> State:
        """Return the static client, as it is after the damage of a killed run has been repaired. Raises
        InvalidInput."""
        with self.file.undisturbed():
            _index, client = self.find(self.file.parse(self.undo.content()))
            self.unfinished = [f"remove {path}, which a killed run left" for path in self.file.leftovers()]
            if self.undo.is_there():
                self.unfinished.append(
                    f"restore {self.file.shown_path} from before a cells command that was killed"
                    if self.undo.wanted_back()
                    else f"remove {self.undo.path}, which a killed run left"
                )
        return client

    def why_not_now(self) -> str | None:
        """Return in a sentence which server still runs on the file after the wait and would drop an edit, or None."""
        if self.allow_running:
            return None
        hidden = hidden_servers()
        if hidden and hidden not in self.warnings:
            self.warnings.append(hidden)
        return why_not_within(self.working_dir, self.wait_timeout)

    def clean_up(self) -> None:
        """Remove the temporary files of killed runs, and undo the damage of a killed command. Raises InvalidInput."""
        with self.file.locked():
            self._undo_killed_command()

    def _undo_killed_command(self) -> None:
        if not self.undo.is_there():
            return
        if not self.undo.wanted_back():
            self.undo.drop()
            return
        try:
            replaced = self.file.read()
            self.file.parse(replaced.content)
        except InvalidInput:
            # Half a file, or none: nothing worth a copy.
            pass
        else:
            copied = self.file.back_up(replaced)
            self.warnings.append(
                f"{self.file.shown_path} was restored from before a cells command that was killed. The damaged file "
                f"is now {copied}."
            )
        self.undo.put_back()

    def plan(self, client: State, audience: list[str]) -> str:
        """Return the place to which this store writes."""
        return f"in {self.file.shown_path}"

    def save(self, client: State, audience: list[str]) -> None:
        """Write the audience into the current file. Raises InvalidInput."""
        with self.file.locked():
            self._undo_killed_command()
            for _try in range(TRIES):
                before = self.file.read()
                index, found = self.find(self.file.parse(before.content))
                if found != client:
                    raise InvalidInput(
                        f"{self.file.shown_path}: another program changed the static client in the meantime. Run "
                        "the task again."
                    )
                edited = edit(before.content, index, audience)
                backup = self.file.back_up(before) if self.backup else ""
                replaced = False
                try:
                    replaced = self.file.replace(edited, expected=before)
                finally:
                    if backup and not replaced:
                        os.unlink(backup)
                if replaced:
                    self.backup_file = backup
                    return
        raise InvalidInput(
            f"{self.file.shown_path} is being written by another program: stop Cells before you edit its file."
        )

    def find(self, document: dict[str, Any]) -> tuple[int, State]:
        """Return index and static client in a parsed file. Raises InvalidInput."""
        service = document["services"].get(SERVICE)
        clients = service.get("staticClients") if isinstance(service, dict) else None
        return find_static_client(clients, self.client_id, self.file.shown_path)


def edit(content: bytes, index: int, audience: list[str]) -> bytes:
    """Return pydio.json with the audience of the client at index, or without it if the audience is empty."""
    text = content.decode("utf-8")
    path: list[str | int] = [*CLIENTS, index, "audience"]
    edited = with_value(text, path, audience) if audience else without_value(text, path)
    return edited.encode("utf-8")
