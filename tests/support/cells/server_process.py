# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that look like those of a Cells server in the process list."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

FORKED = [
    *("start", "--fork", "--discovery", "grpc://127.0.0.1:8030", "--grpc_port", "0", "--http_port", "0"),
    "^pydio.grpc.jobs$",
]
"""The words of a child, as a server 4.0.1 starts it."""


@contextlib.contextmanager
def running(folder: Path, name: str, arguments: list[str], environment: dict[str, str]) -> Iterator[int]:
    """Run a command of that name, whose process list entry is the one of a Cells server; yields its process id."""
    command = folder / name
    command.write_text("#!/bin/sh\necho started\nread line\n")
    command.chmod(0o755)
    child = subprocess.Popen(
        [str(command), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **environment},
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"started\n"
        yield child.pid
    finally:
        child.communicate(b"\n")
