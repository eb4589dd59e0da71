# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules, options and playbooks in the tables of docs/migrate.md exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/migrate.md").read_text(encoding="utf-8")
MODULES = {path.stem for path in (ROOT / "plugins/modules").glob("[!_]*.py")}
COLLECTION = "ansible_collections.cellsops.sso.plugins"


def options_of(module: str) -> set[str]:
    """Return the names of a module's options and of their suboptions."""
    spec = importlib.import_module(f"{COLLECTION}.module_utils.definitions.{module}").DEFINITION.argument_spec
    return set(spec) | {name for about in spec.values() for name in about.get("options", {})}


def rows() -> list[tuple[str, str]]:
    """Return (task of community.general, task of this collection) of each row of the table."""
    table = PAGE.partition("| your task |")[2].partition("\n\n")[0]
    cells = [line.strip("|").split(" | ") for line in table.splitlines()[2:]]
    return [(row[0].strip(), row[1].strip()) for row in cells]


@pytest.mark.parametrize(("theirs", "ours"), rows())
def test_a_task_is_mapped_to_an_existing_module_and_existing_options(theirs: str, ours: str) -> None:
    named = re.findall(r"`([^`]+)`", ours)
    modules = [name for name in named if name in MODULES]
    if not modules:
        # An option of the module of the row that begins with the same module of theirs.
        same = next(o for t, o in rows() if t.split("`")[1] == theirs.split("`")[1])
        modules = [name for name in re.findall(r"`([^`]+)`", same) if name in MODULES]
    options = [name for words in named if words not in MODULES for name in re.findall(r"^\w+|(?<=: )[a-z]+_\w+", words)]

    assert modules
    assert set(options) <= options_of(modules[0])


def test_the_example_of_this_collection_is_one_that_its_module_takes() -> None:
    (example,) = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(- name.*?)```", PAGE, re.DOTALL)]
    task: dict[str, Any] = example[1]["cellsops.sso.keycloak_oidc_client"]
    definition = importlib.import_module(f"{COLLECTION}.module_utils.definitions.keycloak_oidc_client").DEFINITION

    result = ArgumentSpecValidator(definition.argument_spec).validate({"auth_keycloak_url": "x", **task})

    assert result.error_messages == []


def test_the_playbooks_on_the_page_exist() -> None:
    for name in re.findall(r"cellsops\.sso\.(\w+)", PAGE):
        assert name in MODULES or (ROOT / f"playbooks/{name}.yml").exists() or name == "keycloak", name
