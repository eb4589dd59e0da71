# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role takes every example of its variables that the pages show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = ("docs", "playbooks", "plugins", "roles")
"""The pages on which users read commands."""
REQUIRED = {
    "sso_keycloak_url": "https://sso.example.org",
    "sso_realm": "cells",
    "sso_cells_url": "https://cells.example.org",
    "sso_cells_token": "token",
}


def variables(node: Any) -> Iterator[dict[str, Any]]:
    """Yield each mapping of the role's variables in a parsed example: a play, an inventory or a file of variables."""
    if isinstance(node, dict):
        named = {key: value for key, value in node.items() if str(key).startswith("sso_")}
        if named:
            yield named
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from variables(value)


def examples() -> Iterator[Any]:
    """Yield each example with the name of its page."""
    for page in PAGES:
        for block in re.findall(r"^ *```yaml\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
            for document in yaml.safe_load_all(block):
                for named in variables(document):
                    yield pytest.param(named, id=f"{page.name}: {', '.join(named)}"[:80])


def test_the_pages_have_examples_of_every_kind() -> None:
    assert {"README.md", "containers.md", "least-privilege.md", "runner.md"} <= {
        str(example.id).partition(":")[0] for example in examples()
    }


def test_the_execution_environment_takes_the_tarball_of_this_version() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    definition = yaml.safe_load((ROOT / "docs/execution-environment.yml").read_text(encoding="utf-8"))

    (collection,) = definition["dependencies"]["galaxy"]["collections"]
    (file,) = definition["additional_build_files"]
    assert collection["name"] == f"collections/cellsops-sso-{version}.tar.gz"
    assert file["src"] == f"../build/cellsops-sso-{version}.tar.gz"


def test_every_command_for_a_token_of_cells_has_a_time_limit() -> None:
    """Without a running server, the command never ends."""
    files = [ROOT / "README.md", *(path for name in SHOWN for path in (ROOT / name).rglob("*") if path.is_file())]
    texts = [path.read_text(encoding="utf-8") for path in files if path.suffix in (".md", ".py", ".yml")]
    calls = [call for text in texts for call in re.findall(r"(?:timeout \d+ )?\S*cells admin user token -u", text)]
    assert len(calls) > 1
    assert [call for call in calls if not call.startswith("timeout")] == []


@pytest.mark.parametrize("named", list(examples()))
def test_the_role_takes_the_variables_of_a_page(named: dict[str, Any]) -> None:
    specs = yaml.safe_load((ROOT / "roles/setup/meta/argument_specs.yml").read_text(encoding="utf-8"))

    result = ArgumentSpecValidator(specs["argument_specs"]["main"]["options"]).validate({**REQUIRED, **named})

    assert result.error_messages == []
    # A list given for text would be taken, as the text that Python makes of it.
    assert {name: without_none(result.validated_parameters[name]) for name in named} == named


def without_none(value: Any) -> Any:
    """Return a value without the keys of dictionaries that Ansible adds for missing ones."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


def test_the_places_that_newcomers_are_sent_to_exist() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("| question |")[2].partition("\n\n")[0]
    places = re.findall(r"`([.\w]+/[\w./]+\.\w+)`", table)
    assert len(places) >= 10
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_links_of_the_readme_work_outside_the_repository_too() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", readme)
    tree = "https://github.com/cellsops/sso/blob/main/"
    assert [link for link in links if not link.startswith("https://")] == []
    here = [link.removeprefix(tree).partition("#")[0] for link in links if link.startswith(tree)]
    assert here
    assert [path for path in here if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", ["docs/tutorial.md", "docs/docsite/rst/guide_setup.rst", "docs/site/index.md"])
def test_each_page_shows_the_playbook_that_the_tests_run(page: str) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    text = (ROOT / page).read_text(encoding="utf-8")

    assert shown.strip() in (text if page.endswith(".md") else re.sub(r"^    ", "", text, flags=re.MULTILINE))
