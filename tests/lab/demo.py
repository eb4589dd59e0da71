# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demonstration: real servers, the role twice, a real login, and a summary of every row. ``make demo`` runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lab import login, realm, rows
from lab.errors import LabError
from lab.lab import Lab
from lab.progress import Progress
from lab.rows import Row
from lab.secret import write_private

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "demo.yml"
USER = "dora"
ROLES = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]
LIFE = 15
"""Seconds that an access token of Cells lives in the demo, instead of 10 minutes."""


def main() -> int:
    """Run the demonstration; return 0 only if every row is as the guide has it."""
    keep = os.environ.get("KEEP", "") not in ("", "0")
    lab = Lab(access_token_life=LIFE)
    try:
        if keep:
            lab.start()
            found = _demonstrate(lab)
            command = f"PYTHONPATH=tests .venv/bin/python -m lab down --dir {lab.directory}"
            print(f"\nThe servers stay up. Stop them with: {command}\n", flush=True)
            _print_accounts(lab)
        else:
            with lab:
                found = _demonstrate(lab)
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if all(row.ok for row in found) else 1


def _demonstrate(lab: Lab) -> list[Row]:
    started = time.monotonic()
    variables = write_variables(lab)
    _headline("The role setup, first run")
    first = _run_role(variables)
    _headline("The role setup, second run: nothing is left to do")
    second = _run_role(variables)
    _headline("A user's tokens, without a login")
    site = _site(lab)
    claims = _preview(site)
    print(json.dumps({key: claims.get(key) for key in ("preferred_username", "email", rows.GUIDE_CLAIM)}, indent=2))
    _headline(f"{USER} logs in to Cells with Keycloak")
    found = rows.check(site)
    found += _token_rows(claims)
    found += _login_rows(lab)
    found += [_run_row("first run", first, changes=True), _run_row("second run", second, changes=False)]
    _print_summary(found, time.monotonic() - started)
    return found


def role_variables(lab: Lab) -> dict[str, Any]:
    """Return the variables of the role setup for the servers of a lab."""
    keycloak, cells = lab.keycloak, lab.cells
    control = [sys.executable, "-m", "lab", "cells"]
    return {
        "sso_keycloak_url": keycloak.url,
        "sso_keycloak_username": keycloak.admin_username,
        "sso_keycloak_password": keycloak.admin_password,
        "sso_realm": lab.realm_name,
        "sso_cells_url": cells.url,
        "sso_cells_token": cells.token,
        "sso_cells_config_path": str(cells.config_path),
        "sso_cells_service": "",
        "sso_cells_stop_command": [*control, "stop", "--dir", str(lab.directory)],
        "sso_cells_start_command": [*control, "start", "--dir", str(lab.directory)],
        "sso_ldap_provider": realm.LDAP_PROVIDER,
        "sso_verify_username": USER,
    }


def write_variables(lab: Lab) -> Path:
    """Write the role's variables for a lab to a file that only its owner can read, and return its path."""
    path = lab.directory / "variables.json"
    write_private(path, json.dumps(role_variables(lab)))
    return path


def _run_role(variables: Path) -> dict[str, int]:
    """Run the playbook in the terminal and return the counts of its recap."""
    environment = {
        **os.environ,
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_FORCE_COLOR": "true" if sys.stdout.isatty() else "false",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(PLAYBOOK), "--extra-vars", f"@{variables}"]
    counts: dict[str, int] = {}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
            if re.match(r"localhost\s+:", plain):
                counts = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", plain)}
    return counts


def _site(lab: Lab) -> rows.Target:
    return rows.Target(
        admin=realm.admin(lab.keycloak, lab.realm_name),
        keycloak_url=lab.keycloak.url,
        realm=lab.realm_name,
        client_id="localhost",
        cells_url=lab.cells.url,
        cells_token=lab.cells.token,
        config_path=lab.cells.config_path,
    )


def _preview(site: rows.Target) -> dict[str, Any]:
    """Return the claims of the user's ID token, by the module as an administrator calls it ad hoc."""
    options = {
        "auth_keycloak_url": site.keycloak_url,
        "realm": site.realm,
        "client_id": site.client_id,
        "username": USER,
    }
    environment = {
        **os.environ,
        "KEYCLOAK_USERNAME": site.admin.connection.username or "",
        "KEYCLOAK_PASSWORD": site.admin.connection.password or "",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_FORCE_COLOR": "false",
    }
    command = [str(Path(sys.executable).with_name("ansible")), "localhost"]
    command += ["-m", "cellsops.sso.keycloak_token_preview", "-a", json.dumps(options)]
    print(f"ansible localhost -m cellsops.sso.keycloak_token_preview -a '{json.dumps(options)}'")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        answer: dict[str, Any] = json.loads(done.stdout.partition("=>")[2])
    except ValueError as error:
        raise LabError(f"The preview failed: {done.stdout}{done.stderr}") from error
    claims: dict[str, Any] = answer.get("id_token", {})
    return claims


def _token_rows(claims: dict[str, Any]) -> list[Row]:
    groups = claims.get(rows.GUIDE_CLAIM, [])
    names = [group.partition("=")[2].partition(",")[0] for group in groups]
    return [
        Row("T1", f"groups in the ID token of {USER}", ", ".join(groups) or "none", sorted(names) == ROLES),
        Row("D2", "the claims that the connector takes", str(claims.get("email")), bool(claims.get("email"))),
    ]


def _login_rows(lab: Lab) -> list[Row]:
    """Log in, refresh, wait past the access token's life, refresh again."""
    browser = login.Browser(lab.cells.url)
    try:
        who = browser.log_in(rows.GUIDE_CONNECTOR, USER, lab.ldap.users[USER])
    except login.LoginError as error:
        return [Row("login", f"roles of {USER} in Cells", str(error), False)]
    print(f"logged in as {who.login} with the roles {', '.join(who.roles)}")
    early = _refresh(browser)
    with Progress(f"waiting past the access token's life of {LIFE} s"):
        time.sleep(LIFE + 2)
    late = _refresh(browser)
    print(f"session refreshed before the access token's life was over: {early}, and after: {late}")
    return [
        Row("login", f"roles of {USER} in Cells", ", ".join(who.roles), who.roles == ROLES),
        Row("A3", "refresh before and after the token's life", f"{early}, {late}", early == late == "200"),
    ]


def _refresh(browser: login.Browser) -> str:
    """Return the status of a session refresh, with Cells' words if it refuses."""
    try:
        browser.refresh()
    except login.LoginError as error:
        return f"{error.status} ({error})"
    return "200"


def _run_row(name: str, recap: dict[str, int], changes: bool) -> Row:
    changed, failed = recap.get("changed", -1), recap.get("failed", -1)
    ok = failed == 0 and (changed > 0 if changes else changed == 0)
    return Row("role", name, f"changed={changed} failed={failed}", ok)


def _headline(text: str) -> None:
    print(f"\n== {text} {'=' * max(0, 76 - len(text))}", flush=True)


def _print_summary(found: list[Row], seconds: float) -> None:
    _headline("Summary")
    width = max(len(row.what) for row in found)
    for row in found:
        seen = row.seen if len(row.seen) <= 90 else f"{row.seen[:87]}…"
        print(f"{'ok    ' if row.ok else 'NOT OK'} {row.id:6} {row.what:{width}}  {seen}")
    wrong = [row.id for row in found if not row.ok]
    verdict = f"NOT OK: {', '.join(wrong)}" if wrong else f"all {len(found)} ok"
    print(f"\n{verdict}, in {seconds:.0f} s after the servers' start", flush=True)


def _print_accounts(lab: Lab) -> None:
    command = [sys.executable, "-m", "lab", "status", "--dir", str(lab.directory)]
    subprocess.run(command, check=False)


if __name__ == "__main__":
    sys.exit(main())
