# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""galaxy.yml, the changelog, the pages and each ``version_added`` name versions that fit together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
VERSION: str = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
RELEASES: dict[str, Any] = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))["releases"]


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def released_in(kind: str, name: str) -> str | None:
    """Return the release whose changelog lists a module or filter as new, None if none does. kind: its folder."""
    for version, release in RELEASES.items():
        new = release.get("modules", []) if kind == "modules" else release.get("plugins", {}).get("filter", [])
        if name in [each["name"] for each in new]:
            return version
    return None


def documented() -> Iterator[Any]:
    """Yield kind, name and documentation of each module and filter."""
    for kind in ("modules", "filter"):
        for path in sorted((ROOT / "plugins" / kind).glob("[!_]*.py")):
            yield pytest.param(kind, path.stem, yaml.safe_load(documentation(path)), id=path.stem)


def documentation(path: Path) -> str:
    """Return the documentation of a plugin without importing it, because filters import the controller's code."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        match statement:
            case ast.Assign(targets=[ast.Name("DOCUMENTATION")], value=ast.Constant(str() as text)):
                return text
    raise AssertionError(f"{path} has no documentation")


def options_of(node: Any) -> Iterator[tuple[str, str]]:
    """Yield name and version of each option, at any depth, that says in which version it came."""
    for name, about in (node.get("options") or node.get("suboptions") or {}).items():
        if "version_added" in about:
            yield name, str(about["version_added"])
        yield from options_of(about)


@pytest.mark.parametrize(("kind", "name", "page"), list(documented()))
def test_a_plugin_came_in_the_release_that_its_documentation_names(kind: str, name: str, page: dict[str, Any]) -> None:
    # Plugins that no release lists come with the next one, which galaxy.yml names.
    assert str(page["version_added"]) == (released_in(kind, name) or VERSION)
    for option, version in options_of(page):
        assert version in {*RELEASES, VERSION}, option
        assert number(version) >= number(str(page["version_added"])), option


@pytest.mark.parametrize("role", sorted(path.name for path in (ROOT / "roles").iterdir()))
def test_a_role_names_versions_that_there_are(role: str) -> None:
    text = (ROOT / "roles" / role / "meta/argument_specs.yml").read_text(encoding="utf-8")
    versions = set(re.findall(r"version_added: *\"?([0-9.]+)", text))
    assert versions
    assert versions <= {*RELEASES, VERSION}


def test_a_version_that_is_not_released_yet_has_fragments() -> None:
    assert VERSION in RELEASES or list((ROOT / "changelogs/fragments").glob("*.yml"))
    assert number(VERSION) >= max(map(number, RELEASES))


def test_the_readme_names_the_tarball_of_this_version() -> None:
    named = re.findall(r"cellsops-sso-([0-9.]+)\.tar\.gz", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(named) == {VERSION}


def test_fragments_have_no_markup_that_the_changelog_shows_as_it_is() -> None:
    # Right after a release, there is none.
    for path in (ROOT / "changelogs/fragments").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"\b[A-Z]{1,2}\([^()\n]+\)|\]\(|(?<!`)`(?!`)[^`]+`(?!`)", text) == [], path
