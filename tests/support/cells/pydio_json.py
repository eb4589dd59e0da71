# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pydio.json as Cells writes it, and ways to make, change and read one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import takewhile
from pathlib import Path
from typing import Any

from support.module import Outcome

URL = "https://cells.example.org"
OTHER_URL = "https://files.example.org"
SERVICE = "pydio.web.oauth"
CLIENT_SECRET = "static-client-secret-1f0e7c66d3a94b3c8a55"
NOBODY = 65534
"""The id of a user without rights."""
EditAudience = Callable[..., Outcome]
"""Runs cells_config_audience on the file with these options; check=True: in check mode."""
AsNobody = Callable[[], AbstractContextManager[None]]
"""Takes the rights of the user nobody for the time of a with block."""

_CLIENTS: list[dict[str, Any]] = [
    {
        "client_id": "cells-frontend",
        "client_name": "CellsFrontend Application",
        "grant_types": ["authorization_code", "refresh_token"],
        "post_logout_redirect_uris": ["#default_bind#/auth/logout"],
        "redirect_uris": ["#default_bind#/auth/callback"],
        "response_types": ["code", "token", "id_token"],
        "revokeRefreshTokenAfterInactivity": "2h",
        "scope": "openid email profile pydio offline",
    },
    {
        "client_id": "cells-sync",
        "client_name": "CellsSync Application",
        "redirect_uris": ["http://localhost:3000/servers/callback"],
        "scope": "openid email profile pydio offline",
    },
    {
        "client_id": "cells-mobile",
        "client_name": "Mobile Applications",
        "redirect_uris": ["cellsauth://callback"],
        "scope": "openid email profile pydio offline",
    },
]


def clients(**fields: Any) -> list[dict[str, Any]]:
    """Return the static clients of a new installation, with these fields in the one of the web interface."""
    own = copy.deepcopy(_CLIENTS)
    own[0].update(fields)
    return own


def document(static_clients: Any = None, **root: Any) -> dict[str, Any]:
    """Return a whole configuration: big integers, references, text that is not ASCII, keys that nobody knows."""
    return {
        "databases": {"mysql": {"$ref": "#/defaults/database"}},
        "defaults": {"database": {"$ref": "#/databases/x"}, "datasource": "pydiods1", "quota": 9007199254740993},
        "services": {
            "pydio.grpc.update": {"channel": "stable", "large": 18446744073709551617, "exact": 1.10},
            SERVICE: {
                "accessTokenLifespan": "10m",
                "connectors": [{"id": "pydio", "name": "Pydio Cells <ü>", "type": "pydio"}],
                "secret": "0123456789abcdef0123456789abcdef",
                "staticClients": clients() if static_clients is None else static_clients,
            },
            "pydio.web.statics": {"title": "Déjà vu & 雲 🗄"},
        },
        "version": "4.4.13",
        **root,
    }


def rendered(config: Any) -> str:
    """Return a configuration as Cells writes it: two spaces, sorted keys, <, > and & escaped, no newline at the end."""
    text = json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def in_common(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Return how much two texts, or two runs of bytes, share at the start and at the end, counted once."""
    start = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    ends = zip(one[start:][::-1], other[start:][::-1], strict=False)
    return start + sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], ends))


def static_client(path: Path, client_id: str = "cells-frontend") -> dict[str, Any]:
    """Return a static client as the file has it."""
    found = json.loads(path.read_bytes())["services"][SERVICE]["staticClients"]
    return next(client for client in found if client and client["client_id"] == client_id)


def set_client(config: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a copy of a configuration with these fields in the client of the web interface."""
    changed = copy.deepcopy(config)
    for client in changed["services"][SERVICE]["staticClients"]:
        if isinstance(client, dict) and client.get("client_id") == "cells-frontend":
            client.update(fields)
    return changed
