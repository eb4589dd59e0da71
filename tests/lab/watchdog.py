# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stops the servers of a lab whose owner died without doing so.

Run as ``python -m lab.watchdog OWNER DIRECTORY [remove]``: a process of its own that sleeps until the owner's process
is gone, however it went, then stops every server that has its record below the directory. With ``remove`` the
directory goes too. It ends by itself when the directory is gone.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

from lab import process

PARTS = ("cells", "keycloak", "ldap")
"""The folders of a lab's servers."""
LOOK = 60_000  # milliseconds between two looks whether the directory is still there


def start(directory: Path, remove: bool) -> subprocess.Popen[bytes]:
    """Start a watchdog over the servers below directory, for this process; ``dismiss`` ends it."""
    command = [sys.executable, "-m", "lab.watchdog", str(os.getpid()), str(directory), *(["remove"] if remove else [])]
    tests = str(Path(__file__).parent.parent)
    return subprocess.Popen(
        command,
        cwd="/",
        env={"PYTHONPATH": tests, "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def dismiss(dog: subprocess.Popen[bytes]) -> None:
    """End a watchdog: there is nothing to watch any more."""
    dog.kill()
    dog.wait()


def stop_all(directory: Path) -> list[str]:
    """Stop the server whose folder this is, or all of the lab in it; return the names of the folders."""
    folders = [directory, *(directory / name for name in PARTS)]
    return [folder.name for folder in folders if process.stop(folder)]


def _watch(owner: int, directory: Path) -> bool:
    """Sleep until the owner is gone (True) or the directory is (False)."""
    try:
        handle = os.pidfd_open(owner)
    except ProcessLookupError:
        return True
    # The owner started this process: as long as it is the parent, the number names the right one.
    if os.getppid() != owner:
        return True
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    while not poll.poll(LOOK):
        if not directory.exists():
            return False
    return True


def main(arguments: list[str]) -> None:
    """Watch, then clean up."""
    directory = Path(arguments[1])
    if _watch(int(arguments[0]), directory):
        stop_all(directory)
        if "remove" in arguments[2:]:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
