# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cells' configuration file pydio.json (row A2): read, checked, and replaced so that it is whole at every moment."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config_source import RunCommand, other_source
from ansible_collections.cellsops.sso.plugins.module_utils.cells.json_text import with_value, without_value
from ansible_collections.cellsops.sso.plugins.module_utils.cells.static_clients import find_static_client
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

SERVICE = "pydio.web.oauth"
CLIENTS = ("services", SERVICE, "staticClients")
TRIES = 3
"""How often an edit starts again because somebody else wrote the file in between."""

TEMPORARY = ".cellsops-sso-"
"""What the name of a temporary file starts with, so that a run can clear what a killed one left."""


@dataclass(frozen=True)
class Snapshot:
    """What a file held at one moment: its bytes, and what else belongs to it."""

    content: bytes
    status: os.stat_result
    attributes: dict[str, bytes]
    """Extended attributes, such as SELinux' context."""

    def give_metadata_to(self, handle: int) -> None:
        """Give an open file this one's owner, mode and attributes. Raises OSError where that is not allowed."""
        own = os.fstat(handle)
        if (own.st_uid, own.st_gid) != (self.status.st_uid, self.status.st_gid):
            os.fchown(handle, self.status.st_uid, self.status.st_gid)
        os.fchmod(handle, stat.S_IMODE(self.status.st_mode))
        for name, value in self.attributes.items():
            with contextlib.suppress(OSError):
                # Some can only be set by root, and are set by the system where they matter.
                os.setxattr(handle, name, value)


class ConfigFile:
    """A pydio.json by its path; a symbolic link is followed, and stays."""

    def __init__(self, path: str) -> None:
        """Take the path. Reads nothing."""
        self.shown_path = path
        self.path = os.path.realpath(path)

    def read(self) -> Snapshot:
        """Return the file as it is. Raises InvalidInput where it cannot be read; makes none where there is none."""
        try:
            with open(self.path, "rb") as file:
                status = os.fstat(file.fileno())
                attributes = {name: os.getxattr(file.fileno(), name) for name in os.listxattr(file.fileno())}
                return Snapshot(file.read(), status, attributes)
        except FileNotFoundError:
            raise InvalidInput(
                f"config_path: there is no {self.shown_path}. Where is the working directory of Cells?"
            ) from None
        except OSError as error:
            raise InvalidInput(f"config_path: {self.shown_path} cannot be read: {error.strerror}.") from error

    def parse(self, content: bytes) -> dict[str, Any]:
        """Return the content as a dict. Raises InvalidInput for half a file, or one that Cells does not live from."""
        where = f"config_path: {self.shown_path}"
        if not content.strip():
            raise InvalidInput(f"{where} is empty: Cells does not live from it. Is this its working directory?")
        try:
            document = json.loads(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{where} is not UTF-8 (byte {error.start}). Nothing was written.") from error
        except (ValueError, RecursionError) as error:
            raise InvalidInput(
                f"{where} is not whole JSON ({error}). Nothing was written: restore it first."
            ) from error
        if (
            not isinstance(document, dict)
            or "version" not in document
            or not isinstance(document.get("services"), dict)
        ):
            raise InvalidInput(
                f"{where} has no version and services, as the file has that Cells lives from."
                " Cells may keep its configuration elsewhere (etcd, vault), or was never started."
            )
        return document

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs of this collection out. The lock is on the folder, since the file itself is replaced."""
        folder = os.path.dirname(self.path)
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise InvalidInput(f"config_path: the folder {folder} cannot be opened: {error.strerror}.") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._clear_leftovers(folder)
            yield
        finally:
            os.close(handle)

    def replace(self, content: bytes, expected: Snapshot) -> bool:
        """Put content in the file's place if it still holds what is expected; False where somebody else wrote it."""
        return self._put(content, expected, unless_changed=True)

    def restore(self, snapshot: Snapshot) -> None:
        """Put the file back as it was, whatever has become of it."""
        self._put(snapshot.content, snapshot, unless_changed=False)

    def back_up(self, snapshot: Snapshot) -> str:
        """Write a copy beside the file under a name with the time, and return its path. Raises InvalidInput."""
        path = f"{self.path}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S')}~"
        try:
            os.replace(self._beside(snapshot.content, snapshot), path)
        except OSError as error:
            raise InvalidInput(
                f"config_path: no backup {path} can be made: {error.strerror}. Nothing was changed."
            ) from error
        return path

    def _put(self, content: bytes, like: Snapshot, unless_changed: bool) -> bool:
        """Write a new file beside the old one, sync it, and rename it, so that there is a whole file at every moment.

        Mode, owner and extended attributes (SELinux) are those of the snapshot. Raises InvalidInput where that fails.
        """
        temporary = None
        try:
            temporary = self._beside(content, like)
            if unless_changed and self.read().content != like.content:
                return False
            os.replace(temporary, self.path)
            temporary = None
            _sync_folder(os.path.dirname(self.path))
        except OSError as error:
            raise InvalidInput(
                f"config_path: {self.shown_path} cannot be replaced: {error.strerror}. It is as it was."
            ) from error
        finally:
            if temporary is not None:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
        return True

    def _beside(self, content: bytes, like: Snapshot) -> str:
        """Write a synced file with mode, owner and attributes of the snapshot into the folder, and return its path."""
        handle, path = tempfile.mkstemp(prefix=TEMPORARY, dir=os.path.dirname(self.path))
        try:
            with open(handle, "wb") as file:
                file.write(content)
                file.flush()
                like.give_metadata_to(file.fileno())
                os.fsync(file.fileno())
        except BaseException:
            os.unlink(path)
            raise
        return path

    @staticmethod
    def _clear_leftovers(folder: str) -> None:
        for name in os.listdir(folder):
            if name.startswith(TEMPORARY):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(folder, name))


class FileStore:
    """The static client in pydio.json, edited in place."""

    def __init__(self, path: str, client_id: str, backup: bool, run_command: RunCommand) -> None:
        """Take the path of pydio.json, the client's id, whether to keep a copy, and how to run commands.

        Raises InvalidInput where Cells does not live from that file.
        """
        self.file = ConfigFile(path)
        self.client_id = client_id
        self.backup = backup
        self.backup_file = ""
        self.warnings: list[str] = []
        other = other_source(path, run_command)
        if other:
            raise InvalidInput(
                f"config_path: Cells does not live from {path}: {other}. Editing the file would do nothing."
            )

    def load(self) -> State:
        """Return the static client. Raises InvalidInput."""
        _index, client = self.find(self.file.parse(self.file.read().content))
        return client

    def plan(self, client: State, audience: list[str]) -> str:
        """Return the line of this way."""
        return f"write the audience of static client {self.client_id} into {self.file.shown_path}"

    def save(self, client: State, audience: list[str]) -> None:
        """Write the audience into the file as it is now. Raises InvalidInput."""
        with self.file.locked():
            for _try in range(TRIES):
                before = self.file.read()
                index, found = self.find(self.file.parse(before.content))
                if found != client:
                    raise InvalidInput(
                        f"{self.file.shown_path}: the static client was changed by somebody else meanwhile: run again."
                    )
                edited = edit(before.content, index, audience)
                backup = self.file.back_up(before) if self.backup else ""
                if self.file.replace(edited, expected=before):
                    self.backup_file = backup
                    return
                if backup:
                    os.unlink(backup)
        raise InvalidInput(
            f"{self.file.shown_path} is being written by somebody else: stop Cells before its file is edited."
        )

    def find(self, document: dict[str, Any]) -> tuple[int, State]:
        """Return index and static client in a parsed file. Raises InvalidInput."""
        service = document["services"].get(SERVICE)
        clients = service.get("staticClients") if isinstance(service, dict) else None
        return find_static_client(clients, self.client_id, self.file.shown_path)


def edit(content: bytes, index: int, audience: list[str]) -> bytes:
    """Return pydio.json with the audience of the client at index set, or taken away where it is empty."""
    text = content.decode("utf-8")
    path: list[str | int] = [*CLIENTS, index, "audience"]
    edited = with_value(text, path, audience) if audience else without_value(text, path)
    return edited.encode("utf-8")


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
