# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module in this process, the way Ansible would: arguments in, the JSON that it prints out."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible.module_utils.common import warnings as module_warnings

from support.module_arguments import patch_module_args

MODULES = "ansible_collections.cellsops.sso.plugins.modules"
COUNTED = ("_global_warnings", "_global_deprecations")
"""What ansible-core keeps for the whole process, since a module is a process of its own."""


@dataclass(frozen=True)
class Outcome:
    """What a module ended with."""

    values: dict[str, Any]
    """The whole result."""
    printed: str
    """All that went to stdout and stderr: where a secret must not be."""

    @property
    def failed(self) -> bool:
        """Whether the module called fail_json."""
        return bool(self.values.get("failed"))

    @property
    def msg(self) -> str:
        """The error of a module that failed."""
        return str(self.values["msg"])

    @property
    def warnings(self) -> list[str]:
        """The warnings as text."""
        return [_text(warning) for warning in self.values.get("warnings", [])]

    def __getitem__(self, key: str) -> Any:
        """Return a value of a module that went well; a module that failed is an error of the test."""
        assert not self.failed, self.msg
        return self.values[key]


RunModule = Callable[..., Outcome]


def run(name: str, arguments: dict[str, Any], capsys: pytest.CaptureFixture[str], check: bool = False) -> Outcome:
    """Run plugins/modules/<name>.py with its arguments; check: in check mode."""
    main = importlib.import_module(f"{MODULES}.{name}").main
    for store in COUNTED:
        getattr(module_warnings, store).clear()
    capsys.readouterr()
    with (
        patch_module_args({**arguments, "_ansible_check_mode": check, "_ansible_diff": True}),
        pytest.raises(SystemExit) as end,
    ):
        main()
    out, err = capsys.readouterr()
    outcome = Outcome(json.loads(out), out + err)
    assert end.value.code == (1 if outcome.failed else 0)
    return outcome


def assert_one_clear_line(outcome: Outcome, *words: str) -> None:
    """Assert that the module failed with one line, without a traceback, in which each of the words stands."""
    assert outcome.failed
    assert outcome.msg
    # The library responses says this of a call that is not in the script.
    assert "Connection refused by Responses" not in outcome.msg, outcome.msg
    assert "\n" not in outcome.msg
    assert "exception" not in outcome.values
    assert "Traceback" not in outcome.printed
    for word in words:
        assert word in outcome.msg, outcome.msg


def _text(warning: Any) -> str:
    """Return a warning's text: ansible-core 2.19 and later print a summary object, older ones a string."""
    if isinstance(warning, str):
        return warning
    event = warning.get("event") or warning["details"][0]
    return str(event["msg"])
