# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the doctor about a site, and reads its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.module_results import doctor_reading
from lab.site import Site
from support.module import call_module

PLAYBOOK = Path(__file__).parents[2] / "playbooks/doctor.yml"
WRONG_SECRET = "wrong-secret-of-the-connector-0123456789"


def doctor_variables(site: Site, **more: Any) -> dict[str, Any]:
    """Return the variables of the playbook for a site."""
    return {**site.role_variables, "sso_hosts": "localhost", "ansible_become": False, **more}


def ask(site: Site, login: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """Return the doctor's report, about dora if nobody else is named.

    login: options of cells_session_check, {} for dora's login; None for no login.
    """
    config = call_module("cells_config_info", {"config_path": str(site.cells.config_path)})
    session = {} if login is None else call_module("cells_session_check", {**doras_login(site), **login})
    from_cells = call_module("keycloak_reachable_info", {"issuer": site.issuer})
    results = {"cells_config": config, "session": session, "keycloak_from_cells": from_cells}
    asked: dict[str, Any] = {"client_id": "localhost", "ldap_provider": "ldap", "username": "dora"}
    asked |= {name: doctor_reading(result, name) for name, result in results.items()}
    return call_module("doctor_info", {**site.keycloak_options, **site.cells_options, **asked, **options})


def doras_login(site: Site) -> dict[str, Any]:
    """Return the options of cells_session_check for a login of dora."""
    urls = {"cells_url": site.cells.url, "keycloak_url": site.lab.keycloak.url}
    return {**urls, "username": "dora", "password": site.lab.ldap.users["dora"]}


def finding_of(report: dict[str, Any], finding_id: str) -> dict[str, Any]:
    """Return the finding of that id."""
    findings: list[dict[str, Any]] = report["findings"]
    (found,) = (finding for finding in findings if finding["id"] == finding_id)
    return found


def ids(report: dict[str, Any], verdict: str) -> list[str]:
    """Return the ids of the findings with that verdict."""
    return [finding["id"] for finding in report["findings"] if finding["verdict"] == verdict]
