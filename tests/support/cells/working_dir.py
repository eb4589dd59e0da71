# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A working directory of Cells of a test's own, and the module that edits the file in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.cells.killable import KillableRun
from support.cells.pydio_json import URL
from support.module import call_module

TEMPORARY = ".cellsops-sso-"
UNDO = ".pydio.json.before-cells"
ATTRIBUTE = "user.cellsops.test"
OWNER = (12345, 23456) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
MODE = 0o640


@dataclass(frozen=True)
class WorkingDir:
    """A working directory of Cells, and how the module is called for it."""

    config: Path
    options: dict[str, Any]
    environment: dict[str, str]
    owner: tuple[int, int]

    def write(self, content: bytes) -> None:
        """Make the file again, alone in its folder, with mode, owner and an attribute of its own."""
        for path in self.config.parent.iterdir():
            path.unlink()
        self.config.parent.chmod(0o755)
        self.config.write_bytes(content)
        os.chown(self.config, *self.owner)
        self.config.chmod(MODE)
        with contextlib.suppress(OSError):
            os.setxattr(self.config, ATTRIBUTE, b"kept")

    def identity(self, path: Path) -> tuple[Any, ...]:
        """Return mode, owner and attributes of a file."""
        status = path.stat()
        with contextlib.suppress(OSError):
            return status.st_mode & 0o7777, status.st_uid, status.st_gid, os.getxattr(path, ATTRIBUTE)
        return status.st_mode & 0o7777, status.st_uid, status.st_gid

    def traces(self) -> list[str]:
        """Return the names in the folder that only a killed run leaves."""
        return [name for name in os.listdir(self.config.parent) if name.startswith(TEMPORARY) or name == UNDO]

    def start(self, **options: Any) -> KillableRun:
        """Start a run."""
        return KillableRun({**self.options, **options}, self.environment, self.config.parent.parent / "output")

    def run(self, user: int | None = None, **options: Any) -> dict[str, Any]:
        """Run the module to its end, and return its result. user: the id of the user that it runs as."""
        return call_module("cells_config_audience", {**self.options, **options}, user=user, **self.environment)  # type: ignore[arg-type]


@contextlib.contextmanager
def new_working_dir() -> Iterator[WorkingDir]:
    """Yield an empty working directory that every user can reach, on a machine whose systemd knows no Cells."""
    base = Path(tempfile.mkdtemp(prefix="cells-tests-"))
    try:
        folder, commands = base / "workdir", base / "commands"
        for path in (base, folder, commands):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        systemctl = commands / "systemctl"
        systemctl.write_text("#!/bin/sh\nexit 0\n")
        systemctl.chmod(0o755)
        search = os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]])
        options = {"config_path": str(folder / "pydio.json"), "audience": [URL]}
        yield WorkingDir(folder / "pydio.json", options, {"PATH": search}, OWNER)
    finally:
        shutil.rmtree(base)
