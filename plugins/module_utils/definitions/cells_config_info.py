# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_config_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.config_reader import ConfigReader
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    reader = ConfigReader(call.options["config_path"], call.run_command)
    values = reader.values()
    return read(reader.warnings, **values)


DEFINITION = Definition(
    argument_spec={"config_path": {"type": "path", "default": "/var/cells/pydio.json"}},
    answer=answer,
)
