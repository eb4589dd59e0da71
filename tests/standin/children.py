# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The children of a server. The real one forks about ten of itself, each for a group of services; these do nothing.

As with the real one, SIGTERM to the server alone leaves a child behind, and SIGTERM to the process group ends all.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

SERVICES = (
    "pydio.grpc.jobs",
    "pydio.grpc.data.index.pydiods1",
    "pydio.grpc.data.sync.pydiods1",
    "pydio.grpc.data.objects.local1",
    "pydio.grpc.data.index.personal",
    "pydio.grpc.data.sync.personal",
    "pydio.grpc.data.index.cellsdata",
    "pydio.grpc.data.sync.cellsdata",
    "pydio.grpc.search",
    "pydio.grpc.update",
)
ARGUMENTS = (
    *("start", "--fork", "--discovery", "grpc://127.0.0.1:8030", "--grpc_port", "0", "--grpc_discovery_port", "0"),
    *("--http", "native"),
)
ORPHAN_LIFE = 300
"""Seconds after which a child without its server ends by itself, so that no test leaves it for good."""


class Children:
    """The children of this process."""

    def __init__(self, number: int) -> None:
        """Start them."""
        command = Path(sys.argv[0])
        if not command.name.startswith("cells"):
            command = Path(__file__).with_name("cells")
        self._processes = [
            subprocess.Popen([sys.executable, str(command), *ARGUMENTS, f"^{service}$"], stdin=subprocess.DEVNULL)
            for service in itertools.islice(itertools.cycle(SERVICES), number)
        ]

    def stop(self) -> None:
        """End all but the last, which the real server leaves behind too."""
        for child in self._processes[:-1]:
            child.terminate()
        for child in self._processes[:-1]:
            child.wait()


def be_a_child() -> int:
    """Wait for a signal, or for the end of the server and some time more."""
    server, left = os.getppid(), ORPHAN_LIFE
    while left:
        time.sleep(1)
        left -= os.getppid() != server
    return 0
