# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A systemctl that starts and stops a Cells of the lab as the unit cells."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lab.cells_server import Cells

SYSTEMCTL = """#!{python}
import os, subprocess, sys
words = [word for word in sys.argv[1:] if not word.startswith("-")]
with open("{log}", "a") as log:
    print(*words, file=log)
if words[0] == "show" and "cells" in words[1:]:
    runs = os.path.exists("{running}")
    print(f"Id=cells.service\\nLoadState=loaded\\nActiveState={{'active' if runs else 'inactive'}}\\nSubState=x")
elif words[0] == "show":
    print("LoadState=not-found\\nActiveState=inactive")
elif words[0] in ("start", "stop", "restart"):
    for verb in ("stop", "start") if words[0] == "restart" else words[:1]:
        subprocess.run([{python!r}, "-m", "lab.cells_control", {cells!r}, verb], check=True)
elif words[0] == "is-active":
    print("active")
"""


def put_systemctl_in_front(cells: Cells, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a systemctl that knows these Cells as the unit cells, and return the file with its calls."""
    commands, file = folder / "commands", folder / "systemctl.log"
    commands.mkdir()
    running = cells.working_dir / "standin-run.json"
    text = SYSTEMCTL.format(python=sys.executable, log=file, running=running, cells=str(cells.directory))
    (commands / "systemctl").write_text(text, encoding="utf-8")
    (commands / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    return file
