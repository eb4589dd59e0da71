# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that makes the service account takes its variables from wherever a site keeps them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.site import Site
from support.module import call_module
from support.playbook import run_playbook

pytestmark = pytest.mark.thorough

PLAYBOOK = Path(__file__).parents[2] / "playbooks/service_account.yml"


def test_variables_of_the_inventory_count(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "robot.secret"
    named = ("sso_keycloak_url", "sso_keycloak_username", "sso_keycloak_password", "sso_realm")
    variables: dict[str, Any] = {name: site.role_variables[name] for name in named}
    variables |= {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "sso_service_account": "robot",
        "sso_service_account_roles": ["view-users"],
        "sso_service_account_secret_file": str(secret),
        "sso_connection_timeout": 60,
    }
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"localhost": variables}}}), encoding="utf-8")

    run = run_playbook(PLAYBOOK, {}, tmp_path / "play", "--inventory", str(inventory))

    assert run.exit_code == 0, run.output
    asked = {**site.keycloak_options, "client_id": "robot", "roles": ["view-users"], "mode": "exact"}
    assert not call_module("keycloak_service_account_roles", asked, check=True)["changed"]
    login = {"auth_keycloak_url": site.lab.keycloak.url, "auth_realm": site.realm, "auth_client_id": "robot"}
    assert call_module("keycloak_token", {**login, "auth_client_secret": secret.read_text().strip()})["token"]


def test_the_timeout_of_the_site_counts(site: Site, tmp_path: Path) -> None:
    named = ("sso_keycloak_url", "sso_keycloak_username", "sso_keycloak_password", "sso_realm")
    variables = {name: site.role_variables[name] for name in named}

    run = run_playbook(PLAYBOOK, {**variables, "sso_connection_timeout": 0}, tmp_path / "play", "--check")

    assert "connection_timeout is 0" in run.failure
