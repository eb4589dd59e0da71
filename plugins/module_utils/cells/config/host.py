# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the Cells host is ready for an edit of its configuration: file, rights, command, and how Cells is stopped."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.cli_store import CliStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.file_store import FileStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.processes import hidden_servers, why_not_now
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.source import RunCommand
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import (
    CELLS_OWN_CLIENT,
    StaticClientAudience,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile

ADVICE = "Give the name of its unit in systemd_unit, or its commands in stop_command and start_command."
BECOME = "Run the task as root (become: true)."
EFFECTIVE_IDS = os.access in os.supports_effective_ids
"""Whether os.access can check the rights of the effective user, which count when a file is opened. On Linux it can."""


class CellsHost:
    """One host of Cells, before its configuration is edited."""

    def __init__(self, options: Mapping[str, Any], run_command: RunCommand) -> None:
        """Take the options of cells_host_info, and AnsibleModule.run_command. Reads nothing."""
        self.options = options
        self.run_command = run_command
        self.path: str = options["config_path"]
        self.warnings: list[str] = []
        self.commands = bool(options["stop_command"] or options["start_command"])

    def values(self) -> dict[str, Any]:
        """Return changes (bool), unit_active (bool) and problems (list of str)."""
        problems = list(self._look_at_commands())
        changes, active = False, False
        try:
            changes = self._changes()
            if changes:
                problems += self._look_at_rights()
                active = self._unit_is_active()
                problems += [] if active or self.commands else self._look_at_servers()
        except SsoError as error:
            problems.append(str(error))
        return {"changes": changes, "unit_active": active, "problems": problems}

    def _changes(self) -> bool:
        """Return whether the audience has to change. Raises InvalidInput if the file cannot be read."""
        if os.path.exists(self.path) and not os.access(self.path, os.R_OK, effective_ids=EFFECTIVE_IDS):
            raise InvalidInput(f"config_path: {_user()} may not read {self.path}. {BECOME}")
        resource = StaticClientAudience(self._store(), self._audience_options())
        self.warnings = resource.warnings
        return reconcile(resource, check_mode=True).changed

    def _store(self) -> FileStore:
        # Whether it is running counts only if something has to change: see _look_at_servers.
        own = {"oauth_client_id": CELLS_OWN_CLIENT, "backup": False, "allow_running": True, "wait_timeout": 0}
        return (CliStore if self.options["method"] == "cli" else FileStore)({**self.options, **own}, self.run_command)

    def _audience_options(self) -> dict[str, Any]:
        own = {key: self.options[key] for key in ("state", "audience")}
        return {**own, "mode": "add", "oauth_client_id": CELLS_OWN_CLIENT}

    def _look_at_rights(self) -> Iterator[str]:
        folder = os.path.dirname(os.path.realpath(self.path))
        owner = os.stat(self.path).st_uid
        if not os.access(folder, os.W_OK | os.X_OK, effective_ids=EFFECTIVE_IDS):
            yield f"config_path: {_user()} may not write into {folder}. {BECOME}"
        elif os.geteuid() not in (0, owner):
            yield f"config_path: {self.path} is not owned by {_user()}, so an edit cannot keep its owner. {BECOME}"

    def _look_at_commands(self) -> Iterator[str]:
        stop, start = self.options["stop_command"], self.options["start_command"]
        if bool(stop) != bool(start):
            given, missing = ("stop_command", "start_command") if stop else ("start_command", "stop_command")
            yield f"{given} is given without {missing}. Give both, so that Cells is stopped and started again."
        for option, command in (("stop_command", stop), ("start_command", start)):
            if command and shutil.which(command[0]) is None:
                yield f"{option}: there is no command {command[0]} on this host."

    def _look_at_servers(self) -> Iterator[str]:
        """Yield that Cells is running although nothing stops it, so that it would drop the edit."""
        reason, hidden = why_not_now(os.path.dirname(os.path.abspath(self.path))), hidden_servers()
        if reason:
            yield f"{reason} {ADVICE}"
        if hidden:
            self.warnings.append(hidden)

    def _unit_is_active(self) -> bool:
        """Return whether a systemd unit has to be stopped for the edit. Raises InvalidInput if there is none."""
        unit = self.options["systemd_unit"]
        if self.commands or not unit:
            return False
        command = ["systemctl", "show", "--property=LoadState,ActiveState", unit]
        try:
            _code, shown, _words = self.run_command(command, handle_exceptions=False)
        except OSError:
            raise InvalidInput(
                f"systemd_unit: there is no systemd on this host to stop {unit} for the edit. {ADVICE}"
            ) from None
        state = dict(line.partition("=")[::2] for line in shown.splitlines())
        if state.get("LoadState", "not-found") == "not-found":
            raise InvalidInput(f"systemd_unit: there is no systemd unit {unit} on this host. {ADVICE}")
        return state.get("ActiveState") == "active"


def _user() -> str:
    try:
        return f"the user {pwd.getpwuid(os.geteuid()).pw_name}"
    except KeyError:
        return f"the user {os.geteuid()}"
