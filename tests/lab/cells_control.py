# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stops or starts the Cells of a test, for the role's commands: python -m lab.cells_control FOLDER stop|start."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lab.cells_server import Cells


def main() -> None:
    """Run the command in the arguments."""
    folder, verb = Path(sys.argv[1]), sys.argv[2]
    cells = Cells.attach(folder, json.loads((folder / "control.json").read_text(encoding="utf-8")))
    if verb == "stop":
        cells.stop()
    else:
        cells.start(quiet=True)


if __name__ == "__main__":
    main()
