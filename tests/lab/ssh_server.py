# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SSH server on this machine, through which Ansible reaches it as it reaches a Cells host."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from lab import process, tools
from lab.errors import LabError
from lab.secret import private_directory
from lab.server import Server

CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
"""


class Ssh(Server):
    """OpenSSH's server on a free port, which lets the user of this process in with the key ``private_key``."""

    title = "SSH"

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__(directory)
        self.port = process.free_port()
        self.user = getpass.getuser()
        self.private_key = self.directory / "user_key"
        self._sshd = ""

    def state(self) -> dict[str, Any]:
        """Return the address and the account."""
        return {"port": self.port, "user": self.user, "private_key": str(self.private_key)}

    def prepare(self) -> None:
        """Make the keys and the configuration. Raises LabError if there is no sshd."""
        # An ordinary user's PATH does not have the folder in which it is.
        sshd = shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
        if sshd is None:
            raise LabError("There is no sshd: apt-get install openssh-server")
        self._sshd = sshd
        if os.geteuid() == 0:
            private_directory(Path("/run/sshd"))
        for name in ("host_key", "user_key"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.directory / name)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        (self.directory / "sshd_config").write_text(
            CONFIG.format(port=self.port, folder=self.directory), encoding="utf-8"
        )

    def launch(self) -> None:
        """Start the server."""
        command = [self._sshd, "-D", "-e", "-f", str(self.directory / "sshd_config")]
        process.launch(command, self.directory, self.log, tools.environment())

    def ready(self) -> bool:
        """Whether it takes connections."""
        return process.takes_connections(self.port)
