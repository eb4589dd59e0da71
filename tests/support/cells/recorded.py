# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a real Pydio Cells Home 4.0.1 answered: tests/vectors/rest_home_4.0.1.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CALLS = json.loads((Path(__file__).parents[2] / "vectors" / "rest_home_4.0.1.json").read_text(encoding="utf-8"))[
    "calls"
]
REAL = {call["name"]: call["real"] for call in CALLS}


def recorded(name: str) -> dict[str, Any]:
    """Return the answer to a recorded call, by its name, as arguments of responses.add."""
    real = REAL[name]
    kind = real["content_type"] or None
    body = {"json": real["body"]} if kind == "application/json" else {"body": real["body"], "content_type": kind}
    return {"status": real["status"], **body}
