# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common interface of all servers of the lab: prepare, launch, ready, stop."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from lab import process, tools, watchdog
from lab.errors import LabError
from lab.progress import Progress
from lab.secret import private_directory

if TYPE_CHECKING:
    from typing_extensions import Self  # noqa: UP035 - typing has it from Python 3.11 on, mypy is told 3.10

START_LIMIT = 240.0  # seconds; a busy machine with two cores needs 40


class Server(ABC):
    """A server with a folder of its own for everything it writes.

    As a context manager it starts, and stops again even if this process is killed. Without a directory it gets a
    temporary one that goes with it. ``start`` and ``stop`` alone leave the server to the caller.
    """

    title: str

    def __init__(self, directory: Path | None = None) -> None:
        tools.spare_the_proxy()
        self._temporary = directory is None
        self._dog: subprocess.Popen[bytes] | None = None
        self.directory = private_directory(directory or Path(tempfile.mkdtemp(prefix="cellsops-sso-lab-")))

    @property
    def log(self) -> Path:
        """The file with the server's output."""
        return self.directory / "server.log"

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """Its process id, None if it does not run."""
        return process.running(self.directory)

    @abstractmethod
    def prepare(self) -> None:
        """Fetch and build everything that the start needs. May take long, may run in a thread."""

    @abstractmethod
    def launch(self) -> None:
        """Start the process; do not wait."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers as it should, asked once and quickly."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Its addresses and accounts, for the state file."""

    def forget(self) -> None:
        """Remove everything that an earlier run wrote."""
        for path in self.directory.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def failure(self) -> str:
        """Return the line of its log that says best why it ended."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        telling = [line.strip() for line in lines if "ERROR" in line or "error" in line or "Exception" in line]
        return (telling or [line for line in lines if line.strip()] or ["it printed nothing"])[-1][:300]

    def start(self, quiet: bool = False) -> Self:
        """Start it and wait until it is ready; at once if it runs already."""
        with Progress(f"preparing {self.title}", quiet) as progress:
            if not self.running:
                self.prepare()
                self.launch()
            wait_until_ready([self], progress)
        return self

    def stop(self) -> bool:
        """Stop it; False if it did not run."""
        return process.stop(self.directory)

    def __enter__(self) -> Self:
        self._dog = watchdog.start(self.directory, remove=self._temporary)
        try:
            return self.start()
        except BaseException:
            # The folder stays, also a temporary one: its log tells what went wrong.
            self.stop()
            watchdog.dismiss(self._dog)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._dog:
            watchdog.dismiss(self._dog)
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)


def wait_until_ready(servers: Sequence[Server], progress: Progress, limit: float = START_LIMIT) -> None:
    """Wait until all servers are ready.

    Raises LabError when one ends meanwhile, or when one is not ready within limit (seconds).
    """
    since = time.monotonic()
    waiting = list(servers)
    while waiting:
        progress.tell("starting " + ", ".join(server.title for server in waiting))
        for server in list(waiting):
            if server.ready():
                waiting.remove(server)
                progress.say(f"{server.title} is ready after {time.monotonic() - since:.1f} s")
            elif not server.running:
                raise LabError(f"{server.title} ended while it started: {server.failure()} (all of it: {server.log})")
        if waiting and time.monotonic() - since > limit:
            server = waiting[0]
            text = f"{server.title} was not ready after {limit:.0f} s: {server.failure()} (all of it: {server.log})"
            raise LabError(text)
        if waiting:
            time.sleep(0.2)
