# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cost of one run of a command, and the medians of several."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import usage
from lab.access_log import LoggedRequest
from lab.errors import LabError
from lab.keycloak_server import Keycloak

LIMIT = 1800  # seconds that one command may take
LOGIN = re.compile(r"/realms/[^/]+/protocol/openid-connect/token")


@dataclass(frozen=True)
class Command:
    """A command with its environment."""

    arguments: Sequence[str]
    env: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Cost:
    """The cost of one run: wall and CPU time in seconds, memory in bytes, requests to Keycloak, and logins among
    them."""

    wall: float
    cpu: float
    memory: float
    requests: float
    logins: float


def measure(command: Command, folder: Path, keycloak: Keycloak) -> Cost:
    """Run command in folder and return its cost. Raises LabError if it fails or takes more than half an hour."""
    mark = keycloak.mark()
    figures = run(command, folder)
    requests = keycloak.requests_since(mark)
    return Cost(**figures, requests=len(requests), logins=logins(requests))


def run(command: Command, folder: Path) -> dict[str, float]:
    """Run command in folder and return ``wall``, ``cpu`` and ``memory``. Raises LabError as ``measure`` does."""
    target, output = folder / "usage.json", folder / "output.txt"
    # -I and -S: no site packages, so that the helper stays small.
    helper = [sys.executable, "-I", "-S", usage.__file__, str(target), *command.arguments]
    with output.open("wb") as file:
        running = subprocess.Popen(
            helper,
            env=dict(command.env),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code = _wait(running)
    if code != 0:
        lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
        told = "\n".join(lines[-30:])
        raise LabError(f"{Path(command.arguments[0]).name} ended with exit code {code}:\n{told}")
    figures: dict[str, float] = json.loads(target.read_text(encoding="utf-8"))
    return figures


def _wait(running: subprocess.Popen[bytes]) -> int:
    try:
        return running.wait(LIMIT)
    finally:
        # Also after Ctrl-C: no command outlives its measurement.
        if running.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def logins(requests: Iterable[LoggedRequest]) -> int:
    """Return how many of the requests ask a realm for a token."""
    return sum(request.method == "POST" and bool(LOGIN.fullmatch(request.path)) for request in requests)


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure by itself. Raises statistics.StatisticsError if there is none."""
    names = ("wall", "cpu", "memory", "requests", "logins")
    return Cost(**{name: statistics.median(getattr(cost, name) for cost in costs) for name in names})


def slope(walls: Mapping[int, float]) -> float:
    """Return the seconds for each further object, from {objects: seconds}: between the smallest and the largest number.

    Raises ValueError if there are fewer than two numbers.
    """
    if len(walls) < 2:
        raise ValueError("A slope needs two numbers of objects")
    few, many = min(walls), max(walls)
    return (walls[many] - walls[few]) / (many - few)
