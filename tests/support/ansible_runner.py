# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the site playbook with ansible-runner, with the credentials as AWX injects them, and searches its artifacts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lab.realm import ServiceAccount, create_service_account
from lab.secret import private_directory, write_private
from lab.site import Site

PAGE = Path(__file__).parents[2] / "docs/runner.md"
RUNNER = str(Path(sys.executable).parent / "ansible-runner")
PLAYBOOK = ["--playbook", "cellsops.sso.site"]
LOUD = ["--cmdline=-vvvv --diff"]
JWT = re.compile(r"eyJ[\w-]{15,}\.[\w-]{15,}")
"""An access token: anyone who has it acts as the account."""


def credential_type() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the input configuration and the injector configuration of the page's credential type."""
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", _page(), re.DOTALL)]
    (inputs,) = [block for block in blocks if "fields" in block]
    (injectors,) = [block for block in blocks if "extra_vars" in block]
    return inputs, injectors


def _page() -> str:
    return PAGE.read_text(encoding="utf-8")


def inject(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the extra variables that AWX makes of a credential's inputs: each is a template, rendered in a sandbox."""
    engine = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    _fields, injectors = credential_type()
    return {name: engine.from_string(value).render(inputs) for name, value in injectors["extra_vars"].items()}


@dataclass(frozen=True)
class Job:
    """A folder for ansible-runner with inventory and credentials, and the secrets that its artifacts must not have."""

    site: Site
    folder: Path
    account: ServiceAccount

    def secrets(self) -> dict[str, str]:
        """Return every secret of the site by its name, as they are now: the role makes the secret of Cells' client."""
        keycloak, ldap = self.site.lab.keycloak, self.site.lab.ldap
        clients = {client["clientId"]: client.get("secret") for client in self.site.admin.get_clients()}
        secrets = {
            "the administrator's password": keycloak.admin_password,
            "the service account's secret": self.account.client_secret,
            "the Cells token": self.site.cells.token,
            "the LDAP bind password": ldap.bind_password,
            "dora's password": ldap.users["dora"],
            "the secret of Cells' client": str(clients["localhost"]),
        }
        key = self.folder / "env/ssh_key"
        return {**secrets, "the SSH key": key.read_text(encoding="utf-8").split("\n")[2]} if key.exists() else secrets

    def leaks(self, place: Path) -> list[str]:
        """Return which secret is in which file: in place itself, or below it if it is a folder with artifacts."""
        files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
        assert place.is_file() or "stdout" in [path.name for path in files], f"{place} does not hold artifacts"
        secrets = self.secrets()
        return [f"{name} in {path}" for path in files for name in _secrets_in(path, secrets)]


def _secrets_in(path: Path, secrets: Mapping[str, str]) -> Iterator[str]:
    text = path.read_bytes().decode("utf-8", errors="replace")
    yield from (name for name, secret in secrets.items() if secret in text or quote(secret, safe="") in text)
    yield from ("an access token" for _token in JWT.findall(text)[:1])


def new_job(site: Site, folder: Path, host: Mapping[str, Any]) -> Job:
    """Return a job for a site.

    host: how Ansible reaches its Cells host; secrets come in by the credential type's extra variables alone.
    """
    account = create_service_account(site.admin, ["manage-clients", "manage-realm", "view-users"])
    credential = {
        "keycloak_url": site.lab.keycloak.url,
        "keycloak_realm": site.realm,
        "keycloak_client_id": account.client_id,
        "keycloak_client_secret": account.client_secret,
        "cells_url": site.cells.url,
        "cells_token": site.cells.token,
    }
    extra = inject(credential)
    administrator = {"sso_keycloak_username", "sso_keycloak_password"}
    variables = {name: value for name, value in site.role_variables.items() if name not in {*extra, *administrator}}
    group = {"hosts": {"cells-host": dict(host)}, "vars": variables}
    for name in ("inventory", "env", "project"):
        private_directory(folder / name)
    write_private(folder / "inventory/hosts.yml", yaml.safe_dump({"cells": group}))
    write_private(folder / "env/extravars", yaml.safe_dump(extra))
    return Job(site, folder, account)


def run(*arguments: str, given: bytes = b"", expected: int = 0) -> bytes:
    """Run ansible-runner and return its standard output."""
    done = subprocess.run([RUNNER, *arguments], input=given, capture_output=True, timeout=600, check=False)
    output = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    assert done.returncode == expected, output[-5000:]
    return done.stdout


def transmit_work_process(job: Job, place: Path) -> None:
    """Send a job to a worker, and its results to another folder: both below place.

    The worker's folder keeps the files that were sent to it.
    """
    sent = run("transmit", str(job.folder), *PLAYBOOK, *LOUD)
    done = run("worker", "--private-data-dir", str(place / "worker"), given=sent)
    run("process", str(place / "results"), given=done)


def changes(artifacts: Path) -> int:
    """Return how many tasks of the one job below a folder changed something, by its closing event."""
    events = [json.loads(path.read_text(encoding="utf-8")) for path in artifacts.rglob("job_events/*.json")]
    (stats,) = [event["event_data"] for event in events if event["event"] == "playbook_on_stats"]
    assert list(stats["ok"]) == ["cells-host"]
    return int(stats["changed"].get("cells-host", 0))
