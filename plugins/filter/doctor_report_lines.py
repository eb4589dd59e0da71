# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter doctor_report_lines."""

from __future__ import annotations

DOCUMENTATION = r"""
name: doctor_report_lines
author:
  - cellsops.sso developers (@cellsops)
version_added: 1.0.0
short_description: The doctor's report as lines for a terminal
description:
  - Returns the report of M(cellsops.sso.doctor_info) as lines of 88 characters at most, as the role
    P(cellsops.sso.doctor#role) shows it.
  - Control characters become spaces.
positional: _input
options:
  _input:
    description: The return value C(report) of M(cellsops.sso.doctor_info).
    type: dict
    required: true
seealso:
  - module: cellsops.sso.doctor_info
"""

EXAMPLES = r"""
- name: Show the report
  ansible.builtin.debug:
    msg: "{{ doctor.report | cellsops.sso.doctor_report_lines }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.report_lines import report_lines


def doctor_report_lines(report: Any) -> list[str]:
    """Return the lines of a report. Raises AnsibleFilterError for something else."""
    if not isinstance(report, Mapping) or "verdict" not in report:
        raise AnsibleFilterError("doctor_report_lines: this is not a report of cellsops.sso.doctor_info.")
    return report_lines(report)


class FilterModule:
    """The class that Ansible loads from a filter plugin."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"doctor_report_lines": doctor_report_lines}
