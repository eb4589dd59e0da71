# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The place of a contender: its own realm, and a folder for its variables."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from keycloak import KeycloakAdmin

from lab import realm, rows
from lab.demo import role_variables
from lab.lab import Lab
from lab.secret import write_private

# Clients differ only in name and URLs. All other values are those of the role setup.
FLAGS = {
    "enabled": True,
    "public_client": False,
    "standard_flow_enabled": True,
    "implicit_flow_enabled": False,
    "direct_access_grants_enabled": False,
    "service_accounts_enabled": False,
}
WIRE_NAMES = {
    "client_id": "clientId",
    "name": "name",
    "root_url": "rootUrl",
    "base_url": "baseUrl",
    "web_origins": "webOrigins",
    "redirect_uris": "redirectUris",
    "enabled": "enabled",
    "public_client": "publicClient",
    "standard_flow_enabled": "standardFlowEnabled",
    "implicit_flow_enabled": "implicitFlowEnabled",
    "direct_access_grants_enabled": "directAccessGrantsEnabled",
    "service_accounts_enabled": "serviceAccountsEnabled",
}


@dataclass(frozen=True)
class Place:
    """A realm with an LDAP provider and nothing of the guide, and a folder that only its owner can read."""

    lab: Lab
    admin: KeycloakAdmin
    folder: Path

    @property
    def realm(self) -> str:
        """The name of the realm."""
        return realm.name_of(self.admin)

    @property
    def keycloak_options(self) -> dict[str, str]:
        """How Ansible modules log in, by the names that both collections have for it."""
        keycloak = self.lab.keycloak
        return {
            "auth_keycloak_url": keycloak.url,
            "auth_realm": "master",
            "auth_client_id": "admin-cli",
            "auth_username": keycloak.admin_username,
            "auth_password": keycloak.admin_password,
        }

    def write_variables(self, clients: int = 0) -> Path:
        """Write the variables of every play to a file and return its path. clients: how many a play is to make."""
        values = role_variables(self.lab) | {
            "sso_realm": self.realm,
            "bench_keycloak": self.keycloak_options,
            "bench_clients": [client_options(number) for number in range(clients)],
        }
        path = self.folder / "variables.json"
        write_private(path, json.dumps(values))
        return path

    def missing_rows(self) -> list[str]:
        """Return the rows of the guide's Keycloak side that the realm does not have."""
        site = rows.Target(
            admin=self.admin,
            keycloak_url=self.lab.keycloak.url,
            realm=self.realm,
            client_id="localhost",
            cells_url=self.lab.cells.url,
            cells_token=self.lab.cells.token,
            config_path=self.lab.cells.config_path,
        )
        return [f"{row.id} {row.what}: {row.seen}" for row in rows.check(site) if row.id[0] in "GLS" and not row.ok]

    def missing_clients(self, count: int) -> list[str]:
        """Return the ids of the count clients of the benchmark that the realm lacks or has otherwise."""
        found = {client["clientId"]: client for client in self.admin.get_clients()}
        wanted = [wire_client(number) for number in range(count)]
        return [
            client["clientId"]
            for client in wanted
            if any(found.get(client["clientId"], {}).get(key) != value for key, value in client.items())
        ]


@contextmanager
def new_place(lab: Lab) -> Iterator[Place]:
    """Yield a new place; realm and folder go with it, and the connector that the role may have made in Cells."""
    with (
        tempfile.TemporaryDirectory(prefix="cellsops-sso-bench-") as folder,
        realm.temporary_realm(lab.keycloak, lab.ldap) as admin,
    ):
        yield Place(lab, admin, Path(folder))
    url = f"{lab.cells.url}/a/config/oauth2connectors/{rows.GUIDE_CONNECTOR}"
    requests.delete(url, headers={"Authorization": f"Bearer {lab.cells.token}"}, timeout=10)


def write_fleet(count: int, folder: Path, python: str) -> Path:
    """Write an inventory of count hosts, all of them this machine with this Python, to folder; return its path."""
    here = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": python}
    names = [f"cells-{number:03}" for number in range(count)]
    hosts = {name: {**here, "sso_client_id": name, "sso_connector_id": name} for name in names}
    path = folder / "fleet.json"
    write_private(path, json.dumps({"cells": {"hosts": hosts}}))
    return path


def client_options(number: int) -> dict[str, Any]:
    """Return the client of one Cells as the options of either collection's module."""
    url = f"https://cells-{number:03}.example.org"
    return {
        "client_id": f"cells-{number:03}.example.org",
        "name": f"Cells {number:03}",
        "root_url": url,
        "base_url": url,
        "web_origins": [url],
        "redirect_uris": [f"{url}/auth/login/keycloak/callback"],
        **FLAGS,
    }


def wire_client(number: int) -> dict[str, Any]:
    """Return the same client as Keycloak's REST API has it."""
    return {WIRE_NAMES[name]: value for name, value in client_options(number).items()}
