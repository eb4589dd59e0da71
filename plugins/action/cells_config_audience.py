# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cells_config_audience in the controller's process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_config_audience import DEFINITION
from ansible_collections.cellsops.sso.plugins.plugin_utils.in_place import InPlaceAction


class ActionModule(InPlaceAction):
    """Runs cells_config_audience."""

    definition = DEFINITION

    def can_run_in_place(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether the task works through the REST API; the other methods work on the host of the file."""
        return bool(arguments.get("method") == "api")
