# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of pydio.json from before the first cells command, with which a later run repairs the damage of a killed
one."""

from __future__ import annotations

import contextlib
import copy
import os
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.config_file import (
    CLIENTS,
    ConfigFile,
    Snapshot,
    sync_folder,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput


class UndoCopy:
    """The copy of one pydio.json, in its folder. While it exists, a cells command is running, or was killed."""

    def __init__(self, file: ConfigFile) -> None:
        """Take the file."""
        self.file = file
        self.path = os.path.join(file.folder, f".{os.path.basename(file.path)}.before-cells")

    def make(self, before: Snapshot) -> None:
        """Write the copy, with the file's own mode, owner and attributes. Raises InvalidInput."""
        self.file.back_up(before, self.path)

    def drop(self) -> None:
        """Remove the copy: the file is as it should be."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def put_back(self) -> None:
        """Make the copy the file again; that takes no room on the disk. Raises InvalidInput."""
        try:
            os.replace(self.path, self.file.path)
            sync_folder(self.file.folder)
        except OSError as error:
            raise InvalidInput(
                f"config_path: {self.file.shown_path} cannot be restored: {error.strerror}. Copy {self.path} over it."
            ) from error

    def is_there(self) -> bool:
        """Whether there is a copy."""
        return os.path.lexists(self.path)

    def wanted_back(self) -> bool:
        """Whether to restore the file: it is incomplete, or has lost something and gained nothing but an audience.

        Raises InvalidInput if another program has written something else since, because restoring would lose that.
        """
        before = self.file.parse(ConfigFile(self.path).read().content)
        try:
            now = self.file.parse(self.file.read().content)
        except InvalidInput:
            return True
        (bare_before, audiences_before), (bare_now, audiences_now) = _apart(before), _apart(now)
        if bare_now == bare_before and all(map(_has_all, audiences_now, audiences_before)):
            return False
        if only_lost(bare_before, bare_now):
            return True
        raise InvalidInput(
            f"config_path: a cells command was killed while it edited {self.file.shown_path}, and another program has "
            f"written the file since. Compare it with {self.path} from before that command, add everything that is "
            "missing, and remove that copy."
        )

    def content(self) -> bytes:
        """Return the content of the file once a killed command is undone. Raises InvalidInput."""
        back = self.is_there() and self.wanted_back()
        return (ConfigFile(self.path) if back else self.file).read().content


def _apart(document: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """Return a copy without the audiences of the static clients, which commands set one by one, and these."""
    bare = copy.deepcopy(document)
    clients: Any = bare
    for key in CLIENTS:
        clients = clients.get(key) if isinstance(clients, dict) else None
    clients = clients if isinstance(clients, list) else []
    return bare, [client.pop("audience", None) if isinstance(client, dict) else None for client in clients]


def _has_all(audience: Any, before: Any) -> bool:
    """Whether an audience is unchanged, or a list of URLs with all former ones."""
    if audience == before:
        return True
    if not isinstance(audience, list) or not all(isinstance(url, str) for url in audience):
        return False
    return all(url is None or url in audience for url in before or [])


def only_lost(before: Any, now: Any) -> bool:
    """Whether now contains nothing that before did not: entries may be missing or null, and integers may have been
    floats."""
    if now is None or now == before:
        return True
    if isinstance(before, dict) and isinstance(now, dict):
        return all(key in before and only_lost(before[key], value) for key, value in now.items())
    if isinstance(before, list) and isinstance(now, list):
        return len(now) <= len(before) and all(only_lost(old, new) for old, new in zip(before, now))
    return _is_number(before) and _is_number(now) and float(str(before)) == float(str(now))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
