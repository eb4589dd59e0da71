# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs cells_config_audience as a process of its own, forked so that it starts at once, and kills it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.cellsops.sso.plugins.modules import cells_config_audience
from lab.process import wait_for
from support.module_arguments import patch_module_args

LIMIT = 120
"""Seconds after which a run that should have ended is an error of the test."""


class KillableRun:
    """One run of the module, in a session of its own."""

    def __init__(self, options: Mapping[str, Any], environment: Mapping[str, str], output: Path) -> None:
        """Start it. output: the file for its output."""
        self.code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                os.environ.update(environment)
                handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                os.dup2(handle, 1)
                os.dup2(handle, 2)
                sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
                with patch_module_args({**options, "_ansible_check_mode": False, "_ansible_diff": True}):
                    cells_config_audience.main()
            finally:
                # Whatever happened: this process must not go on as a second pytest.
                with contextlib.suppress(OSError, ValueError):
                    sys.stdout.flush()
                os._exit(0)

    def ended(self) -> bool:
        """Whether it has ended."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def wait(self) -> None:
        """Wait for its end."""
        assert wait_for(self.ended, LIMIT, pause=0.001), "the run does not end"

    def kill(self, group: bool = False) -> bool:
        """Kill it, with all that it has started if group is set; return whether it was still running."""
        running = not self.ended()
        with contextlib.suppress(ProcessLookupError):
            if group:
                os.killpg(self.pid, signal.SIGKILL)
            elif running:
                os.kill(self.pid, signal.SIGKILL)
        self.wait()
        return running and self.code == -signal.SIGKILL


def pause_until(run: KillableRun, condition: Callable[[], bool]) -> bool:
    """Wait, without pauses, until a condition is true; return False if the run ends before."""
    end = time.monotonic() + LIMIT
    while not condition():
        if run.ended():
            return False
        assert time.monotonic() < end
    return True
