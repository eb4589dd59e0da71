# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The static clients of a Cells of the lab, and their audience, as its file has them."""

from __future__ import annotations

import json
from typing import Any

from lab.cells_server import Cells


def static_clients(cells: Cells) -> list[dict[str, Any]]:
    """Return the static clients in pydio.json."""
    config = json.loads(cells.config_path.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = config["services"]["pydio.web.oauth"]["staticClients"]
    return found


def audience_of(cells: Cells, client_id: str = "cells-frontend") -> list[str]:
    """Return the audience of a static client in pydio.json, [] if it has none."""
    (client,) = [client for client in static_clients(cells) if client["client_id"] == client_id]
    audience: list[str] = client.get("audience") or []
    return audience
