# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files for the public forge fit the tree: workflows run commands that there are, and may only read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FORGE = ROOT / ".github"
WORKFLOWS = sorted((FORGE / "workflows").glob("*.yml"))
TEMPLATES = sorted(path for path in (FORGE / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def jobs() -> list[Any]:
    """Return each job of each workflow, with the targets of make that it runs."""
    found = []
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items():
            runs = re.findall(
                r"^make ([a-z-]+)$", "\n".join(step.get("run", "") for step in job["steps"]), re.MULTILINE
            )
            found.append(pytest.param(runs or job["strategy"]["matrix"]["target"], job, id=f"{path.stem}: {name}"))
    return found


@pytest.mark.parametrize(("targets", "job"), jobs())
def test_a_job_runs_commands_that_developers_run(targets: list[str], job: dict[str, Any]) -> None:
    assert targets
    assert set(targets) <= TARGETS
    # Long enough to be told from one that hangs.
    assert job.get("timeout-minutes", 60) <= 240


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.name))
def test_a_workflow_may_only_read(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.name))
def test_an_issue_template_has_the_fields_that_the_forge_requires(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert {"name", "description", "body"} <= set(form)
    named = [part["id"] for part in form["body"] if part["type"] != "markdown"]
    assert named
    assert len(named) == len(set(named))
