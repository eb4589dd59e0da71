# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write down what a realm and Cells hold that the role could touch; the settings come as JSON on stdin.

Prints JSON with keys and lists in an order of their own: two snapshots of the same state are the same text.
"""

import json
import sys
from typing import Any

import requests

KEYCLOAK = ["clients", "client-scopes", "components", "default-default-client-scopes", "default-optional-client-scopes"]
CELLS = ["config/oauth2connectors", "config/oauth2clients", "frontend/login/connectors"]


def ordered(value: Any) -> Any:
    """Return a value with its lists in one order."""
    if isinstance(value, dict):
        return {key: ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(ordered, value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def get(url: str, token: str) -> Any:
    """Return the JSON of a GET."""
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    answer.raise_for_status()
    return answer.json()


settings = json.load(sys.stdin)
realm = f"{settings['keycloak_url']}/admin/realms/{settings['realm']}"
state = {path: get(f"{realm}/{path}", settings["keycloak_token"]) for path in KEYCLOAK}
state |= {path: get(f"{settings['cells_url']}/a/{path}", settings["cells_token"]) for path in CELLS}
print(json.dumps(ordered(state), indent=1, sort_keys=True))
