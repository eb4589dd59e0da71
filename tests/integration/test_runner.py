# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-runner runs the site playbook here and on another machine, and its artifacts hold no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from lab.site import Site
from support import ansible_runner
from support.ansible_runner import Job
from support.role import not_ok

pytestmark = pytest.mark.thorough

# The test runs on this machine, which may not have sudo.
HERE = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}


@pytest.fixture(scope="module")
def job(shared_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Job:
    return ansible_runner.new_job(shared_site, tmp_path_factory.mktemp("job"), HERE)


@pytest.fixture(scope="module")
def spread(job: Job, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the worker and of the sender after the site's first run."""
    place = tmp_path_factory.mktemp("spread")
    ansible_runner.transmit_work_process(job, place)
    return place


def test_a_worker_sets_up_the_guide(shared_site: Site, spread: Path) -> None:
    assert ansible_runner.changes(spread / "results") > 0
    assert not_ok(shared_site) == []


def test_no_secret_is_in_the_artifacts_of_worker_and_sender(job: Job, spread: Path) -> None:
    assert job.leaks(spread / "worker/artifacts") == []
    assert job.leaks(spread / "results") == []


def test_a_run_here_finds_nothing_to_do_and_leaves_no_secret(job: Job, spread: Path) -> None:
    ansible_runner.run("run", str(job.folder), *ansible_runner.PLAYBOOK, *ansible_runner.LOUD)
    assert ansible_runner.changes(job.folder / "artifacts") == 0
    assert job.leaks(job.folder / "artifacts") == []


def test_a_secret_in_the_environment_is_in_the_artifacts_as_the_page_warns(job: Job, spread: Path) -> None:
    environment = job.folder / "env/envvars"
    environment.write_text(yaml.safe_dump({"CELLS_TOKEN": job.site.cells.token}), encoding="utf-8")
    try:
        ansible_runner.run(
            "run", str(job.folder), "--ident", "warned", *ansible_runner.PLAYBOOK, "--cmdline=--list-tasks"
        )
    finally:
        environment.unlink()
    command = job.folder / "artifacts/warned/command"
    assert job.leaks(command) == [f"the Cells token in {command}"]
