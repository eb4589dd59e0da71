# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credential type of the page on AWX fits the role."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from support.ansible_runner import credential_type, inject

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("role", ["setup", "doctor"])
def test_every_injected_variable_is_an_option_of_the_role(role: str) -> None:
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    inputs, injectors = credential_type()
    secret = {field["id"] for field in inputs["fields"] if field.get("secret")}

    for variable, template in injectors["extra_vars"].items():
        assert options[variable]["type"] == "str", variable
        assert options[variable].get("no_log", False) == (template.strip("{} ") in secret), variable


def test_every_input_is_required_and_injected() -> None:
    inputs, injectors = credential_type()
    fields = [field["id"] for field in inputs["fields"]]

    assert inputs["required"] == fields
    assert inject({field: f"the value of {field}" for field in fields}) == {
        variable: f"the value of {template.strip('{} ')}" for variable, template in injectors["extra_vars"].items()
    }
    assert {template.strip("{} ") for template in injectors["extra_vars"].values()} == set(fields)
