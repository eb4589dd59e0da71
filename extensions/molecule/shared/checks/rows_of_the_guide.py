# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the servers for each row of the guide; the settings come as JSON on stdin.

Prints JSON: a list of the rows, each with its id, what it is about, what was seen, and whether that is right.
"""

import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection

from lab import rows

settings = json.load(sys.stdin)
config_text = settings.pop("config_text")
admin = KeycloakAdmin(
    connection=KeycloakOpenIDConnection(
        server_url=settings["keycloak_url"],
        username=settings.pop("keycloak_username"),
        password=settings.pop("keycloak_password"),
        realm_name=settings["realm"],
        user_realm_name="master",
        client_id="admin-cli",
        verify=settings.pop("ca_path"),
        timeout=30,
    )
)
with tempfile.TemporaryDirectory() as folder:
    config_path = Path(folder, "pydio.json")
    config_path.write_text(config_text, encoding="utf-8")
    found = rows.check(rows.Target(admin=admin, config_path=config_path, **settings))
print(json.dumps([dataclasses.asdict(row) for row in found]))
