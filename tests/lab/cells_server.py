# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for Pydio Cells as a server of the lab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from lab import process, tools
from lab.errors import LabError
from lab.secret import new_password, private_directory
from lab.server import Server

COMMAND = Path(__file__).parent.parent / "standin" / "cells"
STORES = ("v4-tree", "v5-merge-keep", "v5-kv-nil", "v5-kv-trunc")
ADMIN = "admin"


class Cells(Server):
    """The stand-in on a free port, with a working directory of its own.

    access_token_life: of a session's access token, in seconds. store: flavour of its configuration store. edition:
    ``enterprise`` or ``home``. host: the name in its external URL, one of this machine. env: further
    variables for its process, such as ``STANDIN_SECRET_VISIBILITY``.
    """

    title = "Cells (stand-in)"

    def __init__(
        self,
        directory: Path | None = None,
        *,
        access_token_life: int = 15,
        store: str = STORES[0],
        edition: str = "enterprise",
        host: str = "localhost",
        port: int | None = None,
        admin_password: str | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        super().__init__(directory)
        self.access_token_life = access_token_life
        self.store = store
        self.edition = edition
        self.host = host
        self.port = port or process.free_port()
        self.url = f"http://{host}:{self.port}"
        self.admin_username = ADMIN
        self.admin_password = admin_password or new_password("cells-admin")
        self.env = dict(env or {})
        self.working_dir = self.directory / "working-dir"
        self.config_path = self.working_dir / "pydio.json"
        self.cells_bin = COMMAND
        self._token = ""

    @classmethod
    def attach(cls, directory: Path, state: dict[str, Any]) -> Cells:
        """Return the stand-in that another process started, from the result of ``state`` there."""
        names = ("access_token_life", "store", "edition", "host", "port", "admin_password", "env")
        cells = cls(directory, **{name: state[name] for name in names})
        cells._token = state["token"]
        return cells

    def state(self) -> dict[str, Any]:
        """Return addresses, paths and accounts."""
        plain = ("url", "port", "admin_username", "admin_password", "token")
        shape = ("access_token_life", "store", "edition", "host", "env")
        paths = ("working_dir", "config_path", "cells_bin")
        state = {name: getattr(self, name) for name in plain + shape}
        return state | {name: str(getattr(self, name)) for name in paths}

    @property
    def environment(self) -> dict[str, str]:
        """The environment for its ``cells`` command."""
        # Cells' command is a script for "python3": this Python's folder goes first, so that it finds the libraries.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        return tools.environment(
            PATH=path,
            CELLS_WORKING_DIR=str(self.working_dir),
            STANDIN_STORE=self.store,
            STANDIN_EDITION=self.edition,
            STANDIN_ADMIN_PASSWORD=self.admin_password,
            **self.env,
        )

    @property
    def token(self) -> str:
        """A personal access token of the administrator, good for a day; asked for when it is first read."""
        if not self._token:
            self._token = self.new_token()
        return self._token

    def new_token(self, user: str = ADMIN, life: str = "24h") -> str:
        """Return a new personal access token, made by ``cells admin user token``.

        Raises LabError if the command prints none.
        """
        done = self.cells("admin", "user", "token", "-u", user, "-e", life, "-q")
        token = done.stdout
        if len(token.split()) != 1:
            said = " ".join((done.stderr or token).split())[-200:] or "nothing"
            text = f"'cells admin user token -u {user}' printed no token (exit code {done.returncode}) but {said}"
            raise LabError(text)
        return token

    def cells(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the ``cells`` command with arguments in this server's environment, and return the result."""
        command = [sys.executable, str(COMMAND), *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)

    def prepare(self) -> None:
        """Make the configuration, the first time: that of a new installation, but for the access token's life."""
        if not COMMAND.exists():
            raise LabError(f"There is no stand-in at {COMMAND}")
        private_directory(self.working_dir)
        if not self.config_path.exists():
            from standin.config_file import ConfigFile
            from standin.config_memory import ConfigMemory

            config = ConfigMemory(ConfigFile(self.working_dir, self.store))
            config.oauth["accessTokenLifespan"] = f"{self.access_token_life}s"
            config.save()

    def launch(self) -> None:
        """Start the server."""
        command = [sys.executable, str(COMMAND), "start"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--external", self.url]
        process.launch(command, self.directory, self.log, self.environment)

    def ready(self) -> bool:
        """Whether its discovery document is there."""
        try:
            return requests.get(f"{self.url}/a/config/discovery", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def restart(self) -> None:
        """Stop and start it on the same port with the same state."""
        self.stop()
        self.start(quiet=True)
