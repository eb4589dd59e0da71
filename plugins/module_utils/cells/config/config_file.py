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

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput

SERVICE = "pydio.web.oauth"
CLIENTS = ("services", SERVICE, "staticClients")
TEMPORARY = ".cellsops-sso-"
"""The beginning of the names of temporary files, by which a run finds those of a killed run."""


@dataclass(frozen=True)
class Snapshot:
    """The content of a file at one moment, with its owner, mode and attributes."""

    content: bytes
    status: os.stat_result
    attributes: dict[str, bytes]
    """Extended attributes, such as SELinux' context."""

    def give_metadata_to(self, handle: int) -> None:
        """Give an open file the owner, mode and attributes of this one. Raises OSError if that is not allowed."""
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
        self.folder = os.path.dirname(self.path)
        self.warnings: list[str] = []

    def read(self) -> Snapshot:
        """Return the current file. Raises InvalidInput if it cannot be read. Does not create it."""
        try:
            with open(self.path, "rb") as file:
                status = os.fstat(file.fileno())
                attributes = {name: os.getxattr(file.fileno(), name) for name in os.listxattr(file.fileno())}
                return Snapshot(file.read(), status, attributes)
        except FileNotFoundError:
            raise InvalidInput(
                f"config_path: there is no {self.shown_path}. Give the path of pydio.json in the working "
                "directory of Cells."
            ) from None
        except OSError as error:
            raise InvalidInput(f"config_path: {self.shown_path} cannot be read: {error.strerror}.") from error

    def parse(self, content: bytes) -> dict[str, Any]:
        """Return the content as a dict. Raises InvalidInput for half a file, or one that Cells does not live from."""
        where = f"config_path: {self.shown_path}"
        if not content.strip():
            raise InvalidInput(
                f"{where} is empty, so it is not the configuration of Cells. Give the path of pydio.json in the "
                "working directory of Cells."
            )
        try:
            document = json.loads(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{where} is not UTF-8 (byte {error.start}). Nothing was written.") from error
        except (ValueError, RecursionError) as error:
            raise InvalidInput(
                f"{where} is not complete JSON ({error}). Nothing was written: restore the file first."
            ) from error
        if (
            not isinstance(document, dict)
            or "version" not in document
            or not isinstance(document.get("services"), dict)
        ):
            raise InvalidInput(
                f"{where} has no version and services, so it is not the configuration of Cells. Cells may keep its "
                "configuration elsewhere (etcd, vault), or was never started."
            )
        return document

    @contextlib.contextmanager
    def locked(self) -> Iterator[int]:
        """Keep other runs of this collection out. The lock is on the folder, because the file itself is replaced.

        Yields the descriptor of the lock. A command that inherits it keeps the lock if this run is killed. Raises
        InvalidInput if the folder cannot be locked, because two runs could then lose each other's edits.
        """
        try:
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise InvalidInput(f"config_path: the folder {self.folder} cannot be opened: {error.strerror}.") from error
        try:
            self._lock(handle, fcntl.LOCK_EX)
            for path in self.leftovers():
                with contextlib.suppress(OSError):
                    os.unlink(path)
            yield handle
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Wait until no run of this collection is writing, and keep others from writing while this one reads, if
        possible.

        If the folder can be opened but not locked, a warning says so.
        """
        try:
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            # Reading the file will say what is wrong, or needs no right to the folder.
            yield
            return
        try:
            try:
                self._lock(handle, fcntl.LOCK_SH)
            except InvalidInput as error:
                warning = f"{error} The file was read anyway, but an edit needs the lock."
                self.warnings += [] if warning in self.warnings else [warning]
            yield
        finally:
            os.close(handle)

    def _lock(self, handle: int, kind: int) -> None:
        """Wait for a lock of this kind on the open folder. Raises InvalidInput if the file system does not support
        locks."""
        try:
            fcntl.flock(handle, kind)
        except OSError as error:
            # Such as ENOLCK from NFS without a lock service.
            raise InvalidInput(
                f"config_path: the folder {self.folder} of {self.shown_path} cannot be locked: {error.strerror}."
            ) from error

    def leftovers(self) -> list[str]:
        """Return the paths of temporary files that killed runs left; only while nobody writes."""
        try:
            names = os.listdir(self.folder)
        except OSError:
            return []
        return sorted(os.path.join(self.folder, name) for name in names if name.startswith(TEMPORARY))

    def replace(self, content: bytes, expected: Snapshot) -> bool:
        """Replace the content of the file if it is still the expected one; return False if another program wrote it.

        The new file is written in the same folder, synced, and renamed, so that a complete file exists at every moment.
        It gets the mode, owner and extended attributes (SELinux) of the old one. Raises InvalidInput if that fails.
        """
        temporary = None
        try:
            temporary = self._beside(content, expected)
            if self.read().content != expected.content:
                return False
            os.replace(temporary, self.path)
            temporary = None
            sync_folder(self.folder)
        except OSError as error:
            raise InvalidInput(
                f"config_path: {self.shown_path} cannot be replaced: {error.strerror}. It was not changed."
            ) from error
        finally:
            if temporary is not None:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
        return True

    def back_up(self, snapshot: Snapshot, path: str = "") -> str:
        """Write a copy beside the file, under a name with the time or as path, and return that. Raises InvalidInput."""
        path = path or f"{self.path}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S')}~"
        try:
            os.replace(self._beside(snapshot.content, snapshot), path)
            sync_folder(self.folder)
        except OSError as error:
            raise InvalidInput(
                f"config_path: the backup {path} cannot be created: {error.strerror}. Nothing was changed."
            ) from error
        return path

    def _beside(self, content: bytes, like: Snapshot) -> str:
        """Write a synced file with mode, owner and attributes of the snapshot into the folder, and return its path."""
        handle, path = tempfile.mkstemp(prefix=TEMPORARY, dir=self.folder)
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


def sync_folder(folder: str) -> None:
    """Write to the disk which files a folder holds."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
