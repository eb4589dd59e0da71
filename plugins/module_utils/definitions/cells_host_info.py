# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_host_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.host import CellsHost
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    host = CellsHost(call.options, call.run_command)
    values = host.values()
    return read(host.warnings, **values)


DEFINITION = Definition(
    argument_spec={
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "audience": {"type": "list", "elements": "str"},
        "method": {"type": "str", "choices": ["file", "cli"], "default": "file"},
        "config_path": {"type": "path", "default": "/var/cells/pydio.json"},
        "cells_bin": {"type": "list", "elements": "path", "default": ["cells"]},
        "systemd_unit": {"type": "str", "default": ""},
        "stop_command": {"type": "list", "elements": "str", "default": []},
        "start_command": {"type": "list", "elements": "str", "default": []},
    },
    answer=answer,
)
