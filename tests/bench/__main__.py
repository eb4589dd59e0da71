# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the roles and the modules: seconds as a user waits for them, and requests to Keycloak."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.demo import PLAYBOOK, write_variables
from lab.lab import Lab

DOCTOR = PLAYBOOK.with_name("doctor.yml")
HERE = json.dumps({"sso_hosts": "localhost", "ansible_become": False})
RUNS = 5
QUIET = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}


def main() -> int:
    """Start the lab, measure, and print a line for each measurement."""
    with Lab() as lab, tempfile.TemporaryDirectory() as folder:
        variables = write_variables(lab)
        print(f"\n{'':44}  median   lowest  highest  requests to Keycloak")
        _print("role setup, first run", [_measure(lab, lambda: _play(PLAYBOOK, variables, folder))])
        _print("role setup, nothing to do", _repeat(lab, lambda: _play(PLAYBOOK, variables, folder)))
        _print("role setup, check mode", _repeat(lab, lambda: _play(PLAYBOOK, variables, folder, "--check")))
        _print("role doctor, a user, all is well", _repeat(lab, lambda: _play(DOCTOR, variables, folder, "-e", HERE)))
        for name, options in _module_calls(lab).items():
            _print(f"module {name}", _repeat(lab, lambda name=name, options=options: _module(name, options)))
    return 0


def _module_calls(lab: Lab) -> dict[str, dict[str, Any]]:
    """Return a call of each module on what the role has made, {module: options}."""
    keycloak = {
        "auth_keycloak_url": lab.keycloak.url,
        "auth_username": lab.keycloak.admin_username,
        "auth_password": lab.keycloak.admin_password,
        "realm": lab.realm_name,
    }
    cells = {"cells_url": lab.cells.url, "cells_token": lab.cells.token}
    audience = {"config_path": str(lab.cells.config_path), "audience": [lab.cells.url]}
    return {
        "keycloak_token": keycloak,
        "keycloak_oidc_client": {**keycloak, "client_id": "localhost"},
        "keycloak_oidc_client_info": keycloak,
        "keycloak_client_scope": {**keycloak, "name": "cellsscope"},
        "keycloak_ldap_mapper": {**keycloak, "ldap_provider": "ldap", "name": "memberOf to group"},
        "keycloak_token_preview": {**keycloak, "client_id": "localhost", "username": "dora"},
        "cells_connector": {**cells, "connector_id": "keycloak"},
        "cells_connector_info": cells,
        "cells_config_audience": audience,
    }


def _play(playbook: Path, variables: Path, folder: str, *arguments: str) -> None:
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        str(playbook),
        "-e",
        f"@{variables}",
        *arguments,
    ]
    subprocess.run(command, env={**os.environ, **QUIET}, cwd=folder, stdout=subprocess.DEVNULL, check=True)


def _module(name: str, options: dict[str, Any]) -> None:
    """Run a module as Ansible does on a host, without Ansible around it."""
    module = f"ansible_collections.cellsops.sso.plugins.modules.{name}"
    text = json.dumps({"ANSIBLE_MODULE_ARGS": options})
    subprocess.run([sys.executable, "-m", module], input=text, text=True, stdout=subprocess.DEVNULL, check=True)


def _repeat(lab: Lab, run: Callable[[], None]) -> list[tuple[float, int]]:
    run()
    return [_measure(lab, run) for _again in range(RUNS)]


def _measure(lab: Lab, run: Callable[[], None]) -> tuple[float, int]:
    """Return the seconds that a run takes and the requests to Keycloak that it makes."""
    mark = lab.keycloak.mark()
    started = time.perf_counter()
    run()
    seconds = time.perf_counter() - started
    return seconds, len(lab.keycloak.requests_since(mark))


def _print(what: str, measured: list[tuple[float, int]]) -> None:
    seconds = [figure for figure, _requests in measured]
    requests = sorted({requests for _figure, requests in measured})
    row = f"{statistics.median(seconds):7.2f}  {min(seconds):7.2f}  {max(seconds):7.2f}"
    print(f"{what:44} {row}  {', '.join(map(str, requests))}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
