# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A place for the guide to happen: a realm on the lab's Keycloak, and a Cells of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keycloak import KeycloakAdmin

from lab import rows
from lab.cells_server import Cells
from lab.lab import Lab
from lab.ldap_server import Ldap
from lab.realm import LDAP_PROVIDER, temporary_realm
from lab.secret import write_private


@dataclass(frozen=True)
class Site:
    """A realm with an LDAP provider and a Cells of its own, as they are before the guide begins."""

    lab: Lab
    admin: KeycloakAdmin
    cells: Cells
    realm: str
    folder: Path
    """A folder for the plays of a test."""

    @property
    def keycloak_options(self) -> dict[str, Any]:
        """The shared options of the Keycloak modules."""
        keycloak = self.lab.keycloak
        return {
            "auth_keycloak_url": keycloak.url,
            "auth_username": keycloak.admin_username,
            "auth_password": keycloak.admin_password,
            "realm": self.realm,
        }

    @property
    def cells_options(self) -> dict[str, Any]:
        """The shared options of the Cells modules."""
        return {"cells_url": self.cells.url, "cells_token": self.cells.token}

    @property
    def issuer(self) -> str:
        """The issuer of the realm."""
        return self.lab.keycloak.issuer(self.realm)

    @property
    def role_variables(self) -> dict[str, Any]:
        """The variables that the role needs. All others keep the guide's defaults."""
        keycloak, cells = self.lab.keycloak, self.cells
        control = [sys.executable, "-m", "lab.cells_control", str(cells.directory)]
        return {
            "sso_keycloak_url": keycloak.url,
            "sso_keycloak_username": keycloak.admin_username,
            "sso_keycloak_password": keycloak.admin_password,
            "sso_realm": self.realm,
            "sso_cells_url": cells.url,
            "sso_cells_token": cells.token,
            "sso_cells_config_path": str(cells.config_path),
            "sso_cells_bin": str(cells.cells_bin),
            "sso_cells_service": "",
            "sso_cells_stop_command": [*control, "stop"],
            "sso_cells_start_command": [*control, "start"],
            "sso_ldap_provider": LDAP_PROVIDER,
            "sso_verify_username": "dora",
        }

    def rows(self) -> rows.Target:
        """Where to ask for the rows of the guide."""
        return rows.Target(
            admin=self.admin,
            keycloak_url=self.lab.keycloak.url,
            realm=self.realm,
            client_id="localhost",
            cells_url=self.cells.url,
            cells_token=self.cells.token,
            config_path=self.cells.config_path,
        )


def make_site(lab: Lab, folder: Path, ldap: Ldap | None = None, **cells_settings: Any) -> Iterator[Site]:
    """Yield a new site. All other arguments go to Cells, such as edition, store or env.

    ldap: the realm's directory, if it is not the lab's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cells = Cells(folder / "cells", **cells_settings)
    with cells, temporary_realm(lab.keycloak, ldap or lab.ldap) as admin:
        # For the role's stop and start commands, which are processes of their own.
        write_private(cells.directory / "control.json", json.dumps(cells.state() | {"token": cells.token}))
        yield Site(lab, admin, cells, str(admin.connection.realm_name), folder)


def control(cells: Cells) -> dict[str, list[str]]:
    """Return the variables with the commands that stop and start one of several Cells."""
    write_private(cells.directory / "control.json", json.dumps(cells.state() | {"token": cells.token}))
    command = [sys.executable, "-m", "lab.cells_control", str(cells.directory)]
    return {"sso_cells_stop_command": [*command, "stop"], "sso_cells_start_command": [*command, "start"]}
