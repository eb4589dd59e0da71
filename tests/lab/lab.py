# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All servers of the lab together, and the file that tells others about them."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Any

from lab import realm, watchdog
from lab.cells_server import Cells
from lab.errors import LabError
from lab.keycloak_server import NEWEST, Keycloak
from lab.ldap_server import Ldap
from lab.progress import Progress
from lab.secret import private_directory, write_private
from lab.server import Server, wait_until_ready

STATE = "state.json"
MARK = ".cellsops-sso-lab"


class Lab:
    """Keycloak with a realm that has an LDAP provider, the LDAP server, and the stand-in for Cells.

    As a context manager it starts all of them at the same time and stops them again, even if this process is killed.
    With ``start`` they stay until ``stop``, here or (``Lab.attach``) elsewhere. directory: for everything they write;
    None: a temporary one. keycloak_version: 22.0.0 or newer. access_token_life: of Cells' sessions, in seconds. store:
    flavour of Cells' configuration store. cells: False leaves Cells out. quiet: no progress on stderr.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        keycloak_version: str = NEWEST,
        realm_name: str = realm.DEMO_REALM,
        access_token_life: int = 15,
        store: str = "v4-tree",
        cells: bool = True,
        quiet: bool = False,
    ) -> None:
        self._temporary = directory is None
        self.directory = _own_directory(directory or Path(tempfile.mkdtemp(prefix="cellsops-sso-lab-")))
        self._dog: subprocess.Popen[bytes] | None = None
        self.quiet = quiet
        self.realm_name = realm_name
        self.keycloak = Keycloak(self.directory / "keycloak", version=keycloak_version)
        self.ldap = Ldap(self.directory / "ldap")
        self._cells: Cells | None = None
        if cells:
            self._cells = Cells(self.directory / "cells", access_token_life=access_token_life, store=store)

    @classmethod
    def attach(cls, directory: Path) -> Lab:
        """Return the lab that another process started in directory.

        Raises LabError if there is none.
        """
        path = directory / STATE
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise LabError(f"There is no lab in {directory}: python -m lab up --dir {directory}") from error
        except (OSError, ValueError) as error:
            raise LabError(f"Cannot read {path}: {error}") from error
        lab = cls.__new__(cls)
        lab._temporary, lab._dog, lab.directory, lab.quiet = False, None, directory, True
        lab.realm_name = state["realm"]
        lab.keycloak = Keycloak.attach(directory / "keycloak", state["keycloak"])
        lab.ldap = Ldap.attach(directory / "ldap", state["ldap"])
        lab._cells = Cells.attach(directory / "cells", state["cells"]) if state.get("cells") else None
        return lab

    @property
    def cells(self) -> Cells:
        """The stand-in. Raises LabError if the lab was started without it."""
        if self._cells is None:
            raise LabError(f"The lab in {self.directory} was started without Cells")
        return self._cells

    @property
    def servers(self) -> list[Server]:
        """All servers of this lab."""
        return [self.keycloak, self.ldap, *([self._cells] if self._cells else [])]

    @property
    def issuer(self) -> str:
        """The issuer of the lab's realm (row C4)."""
        return self.keycloak.issuer(self.realm_name)

    def state(self) -> dict[str, Any]:
        """Return the addresses and accounts of all servers, as ``up --json`` prints them."""
        return {
            "directory": str(self.directory),
            "realm": self.realm_name,
            "issuer": self.issuer,
            "ldap_provider": realm.LDAP_PROVIDER,
            "keycloak": self.keycloak.state(),
            "ldap": self.ldap.state(),
            "cells": self._cells.state() if self._cells else None,
        }

    def start(self) -> Lab:
        """Start everything and make the realm; the servers then stay until ``stop``.

        If a server does not start, stop the others and raise LabError.
        """
        self._begin_anew()
        # Until all servers are running, only this process can stop those that are.
        dog = watchdog.start(self.directory, remove=self._temporary)
        try:
            return self._start()
        finally:
            watchdog.dismiss(dog)

    def _begin_anew(self) -> None:
        """Remove the files of an earlier lab from this folder. Raises LabError if one is running in it."""
        if any(server.running for server in self.servers):
            raise LabError(f"A lab runs in {self.directory} already: python -m lab down --dir {self.directory}")
        for server in self.servers:
            server.forget()

    def _start(self) -> Lab:
        try:
            with Progress("preparing the lab", self.quiet) as progress:
                self._start_all(progress)
                progress.tell(f"making the realm {self.realm_name}")
                session = realm.create_realm(self.keycloak, self.realm_name)
                realm.add_ldap_provider(session, self.ldap)
            write_private(self.directory / STATE, json.dumps(self.state(), indent=2) + "\n")
        except BaseException:
            # The folder stays, also a temporary one: its logs tell what went wrong.
            watchdog.stop_all(self.directory)
            raise
        return self

    def _start_all(self, progress: Progress) -> None:
        """Prepare all servers at the same time, and launch each as soon as it is prepared."""
        with ThreadPoolExecutor() as pool:
            jobs: dict[Future[None], Server] = {pool.submit(server.prepare): server for server in self.servers}
            while jobs:
                progress.tell(_preparing(list(jobs.values())))
                done, _rest = wait(jobs, return_when="FIRST_COMPLETED")
                for job in done:
                    server = jobs.pop(job)
                    job.result()
                    server.launch()
        wait_until_ready(self.servers, progress)

    def stop(self) -> list[str]:
        """Stop every server of this lab; return the names of those that ran. Removes a temporary folder."""
        stopped = watchdog.stop_all(self.directory)
        (self.directory / STATE).unlink(missing_ok=True)
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)
        return stopped

    def __enter__(self) -> Lab:
        self._begin_anew()
        self._dog = watchdog.start(self.directory, remove=self._temporary)
        try:
            return self._start()
        except BaseException:
            watchdog.dismiss(self._dog)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._dog:
            watchdog.dismiss(self._dog)


def _own_directory(path: Path) -> Path:
    """Return path if it is a new or empty folder, or that of an earlier lab. Raises LabError for any other."""
    private_directory(path)
    if not (path / MARK).exists():
        if any(path.iterdir()):
            raise LabError(f"{path} holds files that are not a lab's: name a new folder")
        (path / MARK).touch()
    return path


def _preparing(servers: Sequence[Server]) -> str:
    return f"preparing {', '.join(server.title for server in servers)} (the first start downloads and builds)"
