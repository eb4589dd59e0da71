# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's readings of modules on the Cells host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import from_host


@pytest.mark.parametrize("result", [{}, {"reachable": True}, {"failed": True, "msg": "There is no file."}])
def test_the_result_of_a_module_is_used_unchanged(result: dict[str, Any]) -> None:
    assert from_host(result) == result


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (
            'Traceback:\n  File "_loader.py", line 50\n    def f(_name, /):\nSyntaxError: invalid syntax\n',
            "SyntaxError",
        ),
        ("/bin/sh: 1: /opt/python3: not found\n", "/bin/sh: 1: /opt/python3: not found"),
        ("", "MODULE FAILURE"),
    ],
)
def test_a_host_on_which_no_module_runs_is_told_in_one_line(stderr: str, reason: str) -> None:
    found = from_host({"failed": True, "module_stderr": stderr, "module_stdout": "", "rc": 1, "msg": "MODULE FAILURE"})

    assert list(found) == ["msg"]
    assert found["msg"].startswith(f"Modules do not run on the Cells host ({reason}")
    assert found["msg"].endswith("): set ansible_python_interpreter to Python 3.8 or newer.")
    assert "\n" not in found["msg"]
