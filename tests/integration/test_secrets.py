# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is in any output at any verbosity, nor in any file but where it belongs, in good and in bad plays."""

from __future__ import annotations

import base64
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from integration.ansible_run import Run, run_playbook
from integration.test_role import PLAYBOOK, client_of
from lab.secret import new_password
from lab.site import Site, make_site

JWT = re.compile(r"eyJ[\w-]{15,}\.[\w-]{15,}")
"""An access token: whoever has it acts as the account."""

DOCTOR = Path(__file__).parents[2] / "playbooks/doctor.yml"

ANSIBLE_DEBUG = re.compile(
    r"^ *\d+ \d{9,}\.\d+: (?:_low_level_execute_command\(\) done: .*?, stderr=.*?$|[^\n]*$)", re.MULTILINE | re.DOTALL
)
"""A record of Ansible's debug output: process, time, text; what a module answered is on lines of its own."""

LARGEST = 20_000_000
"""Bytes of a file in the common temporary folder that is still searched."""


@dataclass
class Watched:
    """A site, a folder for all that Ansible writes, and the secrets that must not be there."""

    site: Site
    folder: Path
    secrets: dict[str, str]
    since: float = field(default_factory=time.time)

    def run(self, playbook: Path, variables: dict[str, Any], *arguments: str, debug: bool = False) -> Run:
        """Run a playbook as loudly as can be, with every folder of Ansible's inside this one."""
        places = {
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local-temp"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote-temp"),
            "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
            "ANSIBLE_RETRY_FILES_ENABLED": "true",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(self.folder / "retry"),
            "ANSIBLE_DEBUG": str(debug).lower(),
        }
        return run_playbook(playbook, variables, self.folder / "play", "-vvvv", "--diff", *arguments, **places)

    def leaks(self, run: Run) -> list[str]:
        """Return where a secret is that should not be there: in the output, in the play's folder, in /tmp."""
        found = [f"{name} in the output: {_around(run.output, secret)}" for name, secret in self._in(run.output)]
        for path in self._files():
            text = path.read_bytes().decode("utf-8", errors="replace")
            found += [f"{name} in {path}: {_around(text, secret)}" for name, secret in self._in(text)]
        return found

    def _in(self, text: str) -> Iterator[tuple[str, str]]:
        for name, secret in self.secrets.items():
            forms = (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("="))
            yield from ((name, form) for form in dict.fromkeys(forms) if form in text)
        for token in JWT.findall(text)[:1]:
            yield "an access token", token

    def _files(self) -> Iterator[Path]:
        belongs = {self.folder / "play" / "vars.json"}
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in belongs:
                yield path
        servers = (self.site.lab.directory, self.site.cells.directory, self.folder)
        for path in _common_files(Path(tempfile.gettempdir()), self.since):
            if not any(path.is_relative_to(server) for server in servers):
                yield path


def _common_files(folder: Path, since: float) -> Iterator[Path]:
    """Yield the files of the common temporary folder that were written since a time."""
    for path in folder.iterdir():
        try:
            if path.is_symlink() or path.name.startswith(("pytest-of-", "lab-", "cellsops-sso-lab-", "bash_jobs")):
                # Other tests and other servers of the lab, with secrets of their own.
                continue
            for file in [path] if path.is_file() else path.rglob("*"):
                status = file.lstat()
                # Libraries that another checkout installs meanwhile have examples of tokens in them.
                installed = "site-packages" in file.parts
                if file.is_file() and status.st_mtime >= since and status.st_size < LARGEST and not installed:
                    yield file
        except OSError:
            # Gone meanwhile, or another user's.
            continue


def _around(text: str, secret: str) -> str:
    start = text.index(secret)
    return repr(text[max(0, start - 200) : start] + "<THE SECRET>")


@pytest.fixture(scope="module")
def watched(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("secrets")
    for site in make_site(lab, tmp_path_factory.mktemp("site")):
        secrets = {
            "the administrator's password": lab.keycloak.admin_password,
            "the Cells token": site.cells.token,
            "the LDAP bind password": lab.ldap.bind_password,
        }
        yield Watched(site, folder, secrets)


def know_the_client_secret(watched: Watched) -> str:
    secret = str(client_of(watched.site)["secret"])
    watched.secrets[f"the client secret {len(watched.secrets)}"] = secret
    return secret


@pytest.fixture(scope="module")
def first_run(watched: Watched) -> Run:
    """The role's first run."""
    run = watched.run(PLAYBOOK, watched.site.role_variables)
    assert run.exit_code == 0, run.output[-3000:]
    know_the_client_secret(watched)
    return run


def test_the_role_shows_no_secret(watched: Watched, first_run: Run) -> None:
    assert first_run.output.count("EXEC /bin/sh") > 10, "this is not what -vvvv prints"
    assert watched.leaks(first_run) == []


def test_the_secrets_are_where_they_belong(watched: Watched, first_run: Run) -> None:
    secret = client_of(watched.site)["secret"]
    assert secret in watched.site.cells.config_path.read_text(encoding="utf-8")
    variables = watched.folder / "play" / "vars.json"
    assert watched.secrets["the administrator's password"] in variables.read_text(encoding="utf-8")
    assert variables.stat().st_mode & 0o077 == 0


def test_this_search_finds_what_is_there(watched: Watched, first_run: Run) -> None:
    planted = watched.folder / "planted"
    planted.write_text(f"x {watched.secrets['the Cells token']} y", encoding="utf-8")
    leaks = watched.leaks(first_run)
    planted.unlink()
    assert [leak.partition(":")[0] for leak in leaks] == [f"the Cells token in {planted}"]


def test_what_ansible_prints_to_debug_itself_is_all_that_shows_one(watched: Watched, first_run: Run) -> None:
    """ANSIBLE_DEBUG prints the arguments and answers of modules, no_log or not, as Ansible's documentation warns."""
    run = watched.run(PLAYBOOK, watched.site.role_variables, "--tags", "client,connector", debug=True)
    assert run.exit_code == 0, run.output[-3000:]
    rest = ANSIBLE_DEBUG.sub("", run.output)
    assert len(rest) < len(run.output) / 2
    assert "Register the client" in rest
    assert watched.leaks(replace(run, output=rest)) == []


@pytest.mark.parametrize("settings", [{"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}, {"ANSIBLE_STDOUT_CALLBACK": "tree"}])
def test_no_secret_is_in_other_forms_of_output_nor_in_the_process_list(
    watched: Watched, first_run: Run, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As YAML and as JSON: the callback tree of ansible-core writes a file of it for each host."""
    for name, value in {**settings, "ANSIBLE_CALLBACK_TREE_DIR": str(watched.folder / "tree")}.items():
        monkeypatch.setenv(name, value)
    shown: set[str] = set()
    done = threading.Event()
    watcher = threading.Thread(target=note_processes, args=(shown, done))
    watcher.start()
    try:
        run = watched.run(DOCTOR, {**watched.site.role_variables, "sso_hosts": "localhost", "ansible_become": False})
    finally:
        done.set()
        watcher.join()
    assert run.exit_code == 0, run.output[-3000:]
    assert watched.leaks(run) == []
    assert any("doctor_info" in line for line in shown), "the watcher saw no module"
    assert [name for line in shown for name, _secret in watched._in(line)] == []


def note_processes(shown: set[str], done: threading.Event) -> None:
    """Take note of every command line on this machine, until it is enough."""
    while not done.wait(0.01):
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                shown.add((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            except OSError:
                # Gone meanwhile.
                continue


def test_a_rotated_secret_is_not_shown(watched: Watched, first_run: Run) -> None:
    old = know_the_client_secret(watched)
    variables = {**watched.site.role_variables, "sso_rotate_secret_on": "2027"}
    predicted = watched.run(PLAYBOOK, variables, "--check", "--tags", "client,connector")
    done = watched.run(PLAYBOOK, variables, "--tags", "client,connector")
    assert done.exit_code == 0, done.output[-3000:]
    assert know_the_client_secret(watched) != old
    assert "********** (new)" in done.output, "the diff tells that there is another one"
    assert watched.leaks(predicted) == []
    assert watched.leaks(done) == []


FAILURES: dict[str, dict[str, Any]] = {
    "a wrong password": {"sso_keycloak_password": new_password("wrong-admin")},
    "an expired Cells token": {"sso_cells_token": new_password("expired-cells")},
    "a wrong issuer": {"sso_issuer": "{{ sso_keycloak_url }}/realms/{{ sso_realm }}/"},
    "a scope that Keycloak refuses": {"sso_scope_name": "two words"},
}


@pytest.mark.parametrize("variables", FAILURES.values(), ids=FAILURES.keys())
def test_a_failing_role_shows_no_secret(variables: dict[str, Any], watched: Watched, first_run: Run) -> None:
    watched.secrets |= {f"the wrong {name}": value for name, value in variables.items() if value.startswith("lab-")}
    run = watched.run(PLAYBOOK, {**watched.site.role_variables, **variables}, "--tags", "client,connector,scope")
    assert run.exit_code != 0
    assert watched.leaks(run) == []


MODULES = """
- hosts: localhost
  connection: local
  gather_facts: false
  module_defaults:
    group/cellsops.sso.keycloak: "{{ keycloak }}"
    group/cellsops.sso.cells: "{{ cells }}"
  tasks:
    - name: Log in
      cellsops.sso.keycloak_token:
      register: login
      no_log: true
    - name: With a token
      cellsops.sso.keycloak_oidc_client_info:
        token: "{{ login.token }}"
    - name: A client with a secret of one's own
      cellsops.sso.keycloak_oidc_client: {client_id: own, public_client: false, secret: "{{ secrets.first }}"}
    - name: And with another one
      cellsops.sso.keycloak_oidc_client: {client_id: own, public_client: false, secret: "{{ secrets.second }}"}
    - name: A secret that is asked for
      cellsops.sso.keycloak_oidc_client:
        client_id: own
        return_secret: true
      no_log: true
    - name: A provider with a bind password
      cellsops.sso.keycloak_ldap_mapper:
        ldap_provider: ldap
        name: m
        user_model_attribute: a
        ldap_attribute: b
    - name: A connector
      cellsops.sso.cells_connector:
        connector_id: own
        name: Own
        client_id: own
        issuer: "{{ issuer }}"
        client_secret: "{{ secrets.first }}"
    - name: And with another secret
      cellsops.sso.cells_connector: {connector_id: own, client_secret: "{{ secrets.second }}"}
    - name: Connectors are read
      cellsops.sso.cells_connector_info:
    - name: A preview
      cellsops.sso.keycloak_token_preview: {client_id: own, username: dora}
    - name: Bad token
      cellsops.sso.keycloak_oidc_client_info:
        auth_username: "{{ omit }}"
        auth_password: "{{ omit }}"
        token: "{{ secrets.token }}"
      ignore_errors: true
    - name: Bad password
      cellsops.sso.keycloak_token:
        auth_password: "{{ secrets.password }}"
      ignore_errors: true
    - name: Password in an address
      cellsops.sso.keycloak_oidc_client_info:
        auth_keycloak_url: "http://admin:{{ secrets.password }}@localhost:1"
      ignore_errors: true
    - name: Bad client secret
      cellsops.sso.keycloak_token:
        auth_username: "{{ omit }}"
        auth_password: "{{ omit }}"
        auth_client_id: own
        auth_client_secret: "{{ secrets.password }}"
      ignore_errors: true
    - name: Secret of a public client
      cellsops.sso.keycloak_oidc_client:
        client_id: public
        public_client: true
        secret: "{{ secrets.first }}"
      ignore_errors: true
    - name: Bad Cells token
      cellsops.sso.cells_connector:
        cells_token: "{{ secrets.token }}"
        connector_id: own
        client_secret: "{{ secrets.first }}"
      ignore_errors: true
    - name: A Cells token of two words
      cellsops.sso.cells_connector_info:
        cells_token: "{{ secrets.token }} {{ secrets.password }}"
      ignore_errors: true
    - name: A wrong issuer
      cellsops.sso.cells_connector:
        connector_id: own
        issuer: "{{ issuer }}/"
        client_secret: "{{ secrets.first }}"
      ignore_errors: true
"""


def test_modules_show_no_secret_whether_they_do_well_or_fail(watched: Watched) -> None:
    site = watched.site
    own = {name: new_password(f"module-{name}") for name in ("first", "second", "token", "password")}
    watched.secrets |= {f"the module's {name}": secret for name, secret in own.items()}
    playbook = watched.folder / "modules.yml"
    playbook.write_text(MODULES, encoding="utf-8")
    variables = {"keycloak": site.keycloak_options, "cells": site.cells_options, "issuer": site.issuer, "secrets": own}

    run = watched.run(playbook, variables)

    assert run.exit_code == 0, run.output[-3000:]
    assert [task.status for task in run.tasks][:-8] == ["ok"] * (len(run.tasks) - 8)
    assert [task.status for task in run.tasks][-8:] == ["failed"] * 8
    assert watched.leaks(run) == []
