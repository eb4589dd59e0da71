# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tries a change: a login and its refresh, the doctor, the role, another login; then the site is as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from requests import RequestException

from lab.login import Browser, LoginError
from lab.site import Site
from support.changes.change import Change
from support.changes.site_copy import SiteCopy
from support.module import call_module

ROLES = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]


class Outcome(NamedTuple):
    """The outcome of one change."""

    login: str
    """The failure of the login, the roles or the refresh; empty if there is none."""
    verdict: str
    """The doctor's, without a login of its own."""
    broken: dict[str, str]
    """The doctor's broken findings: {id: seen}."""
    role: str
    """Why the role fails; empty if it does not."""
    warnings: list[str]
    """The role's."""
    healed: str
    """As login, after the role."""

    @property
    def disagreements(self) -> list[str]:
        """The mistakes of the doctor or the role, in words."""
        wrong = []
        if (self.verdict == "broken") is not bool(self.login):
            wrong.append(f"the login: {self.login or 'works'}; the doctor: {self.verdict} {self.broken}")
        if self.healed and not self.login:
            wrong.append(f"the role broke the login: {self.healed}")
        if self.healed and not self.role and not self.warnings:
            wrong.append(f"after a green run of the role: {self.healed}")
        if self.role and not self.login:
            wrong.append(f"the login works, but the role fails: {self.role}")
        return wrong


def failure(site: Site) -> str:
    """Log in as dora and refresh her session; return the failure, empty if there is none."""
    browser = Browser(site.cells.url)
    try:
        identity = browser.log_in("keycloak", "dora", site.lab.ldap.users["dora"])
        # Two rules may give a role twice.
        if sorted(set(identity.roles)) != ROLES:
            return f"the roles are {identity.roles}"
        browser.refresh()
    except LoginError as error:
        return str(error)
    return ""


def doctor(site: Site) -> tuple[str, dict[str, str]]:
    """Return the doctor's verdict without its own login, and its broken findings: {id: seen}."""
    asked = {"client_id": "localhost", "ldap_provider": "ldap", "username": "dora"}
    answer = call_module("doctor_info", {**site.keycloak_options, **site.cells_options, **asked})
    assert not answer.get("failed"), answer["msg"]
    broken = {f["id"]: f["seen"] for f in answer["report"]["findings"] if f["verdict"] == "broken"}
    return answer["report"]["verdict"], broken


class Trials:
    """A healthy site on which changes are tried one after the other."""

    def __init__(self, site: Site, role: subprocess.Popen[str]) -> None:
        """Take a site that is as the guide has it, and a role_process."""
        self.site = site
        self._process = role
        self._healthy = SiteCopy(site)

    def role(self) -> dict[str, Any]:
        """Run the role's tasks; return {msg, warnings, changed}."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(self.site.role_variables), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def outcome(self, change: Change, role_too: bool = True) -> Outcome:
        """Try one change. role_too: also run the role if the login works."""
        try:
            with _changed(self.site, change):
                login = failure(self.site)
                verdict, broken = doctor(self.site)
                run: dict[str, Any] = {"msg": "", "warnings": []}
                healed = login
                if login or role_too:
                    run, healed = self.role(), failure(self.site)
                outcome = Outcome(login, verdict, broken, run["msg"], run["warnings"], healed)
        finally:
            self._healthy.put_back()
        return outcome


@contextmanager
def _changed(site: Site, change: Change) -> Iterator[None]:
    """Change a site, and undo the change unless the role has fixed it.

    A change that a server refuses is an error.
    """
    change_and_back = change(site)
    change_and_back.__enter__()
    try:
        yield
    finally:
        with suppress(AssertionError, RequestException, IndexError, ValueError):
            change_and_back.__exit__(None, None, None)


@contextmanager
def role_process() -> Iterator[subprocess.Popen[str]]:
    """Yield a process that runs the role's tasks."""
    command = [sys.executable, "-m", "support.changes.role_tasks"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        try:
            yield process
        finally:
            process.stdin.close()
