# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a command and writes its cost to a file as JSON: ``python usage.py FILE COMMAND [ARGUMENT...]``.

This is a small separate process, because Linux counts the parent's memory at the fork as the child's peak.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(target: str, command: list[str]) -> int:
    """Run command, write ``wall``, ``cpu`` (seconds) and ``memory`` (bytes) to the file target; return its exit code.

    ``cpu`` is user and system time of the command and all its descendants that were waited for. ``memory`` is the peak
    resident memory of the largest process among them.
    """
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _pid, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    figures = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}
    with open(target, "w", encoding="utf-8") as file:
        json.dump(figures, file)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
