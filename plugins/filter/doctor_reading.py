# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter doctor_reading."""

from __future__ import annotations

DOCUMENTATION = r"""
name: doctor_reading
author:
  - cellsops.sso developers (@cellsops)
version_added: 1.0.0
short_description: The values that the doctor reads from the result of another module
description:
  - Returns those values of a registered result that an option of M(cellsops.sso.doctor_info) takes, and leaves out all
    others, such as C(changed) and C(warnings).
  - It also takes the result of a task that failed. If no module can run on the host, it returns a C(msg) that says so.
positional: _input, option
options:
  _input:
    description: The registered result.
    type: dict
    required: true
  option:
    description:
      - The option of M(cellsops.sso.doctor_info) that the result is for.
      - V(cells_config) takes a result of M(cellsops.sso.cells_config_info), V(session) one of
        M(cellsops.sso.cells_session_check), and V(keycloak_from_cells) one of M(cellsops.sso.keycloak_reachable_info).
    type: str
    choices: [cells_config, session, keycloak_from_cells]
    required: true
seealso:
  - module: cellsops.sso.doctor_info
"""

EXAMPLES = r"""
- name: Include the configuration file in the examination
  cellsops.sso.doctor_info:
    realm: cells
    client_id: demo.cells.pydio
    cells_config: "{{ cells_config | cellsops.sso.doctor_reading('cells_config') }}"
"""

RETURN = r"""
_value:
  description: The value for the option.
  type: dict
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.module_results import RESULT_OPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.module_results import doctor_reading as selected


def doctor_reading(result: Any, option: Any) -> dict[str, Any]:
    """Return the values for an option of doctor_info. Raises AnsibleFilterError for anything but a result."""
    if not isinstance(result, Mapping):
        raise AnsibleFilterError(
            f"doctor_reading takes the registered result of a task, not {type(result).__name__}: register the result, "
            "and give the whole variable to the filter."
        )
    if option not in RESULT_OPTIONS:
        raise AnsibleFilterError(
            f"doctor_reading: doctor_info takes no result in {option!s}. Choose one of {', '.join(RESULT_OPTIONS)}."
        )
    return selected(result, option)


class FilterModule:
    """The class that Ansible loads from a filter plugin."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"doctor_reading": doctor_reading}
