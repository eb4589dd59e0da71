# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site playbook in the execution environment: ansible-runner, the container, and SSH to the Cells host."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lab.site import Site
from lab.ssh_server import Ssh
from support import ansible_runner
from support.ansible_runner import Job
from support.role import not_ok

TESTS = Path(__file__).parents[1]
IN_THE_IMAGE = {
    "process_isolation": True,
    "process_isolation_executable": os.environ.get("CONTAINER_ENGINE", "podman"),
    "container_image": os.environ["EE_IMAGE"],
    "container_options": [
        # With podman, root of the container is the user outside: it may read the job's folder.
        "--user=root",
        # The servers of the lab listen on this machine's loopback address only.
        "--network=host",
        # A sandbox without CAP_SYS_RESOURCE cannot raise podman's own limits.
        "--ulimit=nofile=20000:20000",
        "--ulimit=nproc=4000:4000",
    ],
}


@pytest.fixture(scope="module")
def job(shared_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A job for a Cells host that is reached through SSH, with ansible-runner's own agent for the key."""
    with Ssh(tmp_path_factory.mktemp("ssh")) as ssh:
        host = {
            "ansible_host": "127.0.0.1",
            "ansible_port": ssh.port,
            "ansible_user": ssh.user,
            "ansible_become": False,
            "ansible_python_interpreter": sys.executable,
            "ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
        }
        # Commands on that host have nothing of this process's environment.
        for verb in ("stop", "start"):
            name = f"sso_cells_{verb}_command"
            host[name] = ["env", f"PYTHONPATH={TESTS}", *shared_site.role_variables[name]]
        job = ansible_runner.new_job(shared_site, tmp_path_factory.mktemp("job"), host)
        shutil.copy(ssh.private_key, job.folder / "env/ssh_key")
        (job.folder / "env/settings").write_text(yaml.safe_dump(IN_THE_IMAGE), encoding="utf-8")
        yield job


@pytest.fixture(scope="module")
def first_run(job: Job) -> Job:
    ansible_runner.run("run", str(job.folder), *ansible_runner.PLAYBOOK, *ansible_runner.LOUD)
    return job


def test_the_site_playbook_sets_up_the_guide(shared_site: Site, first_run: Job) -> None:
    assert ansible_runner.changes(first_run.folder / "artifacts") > 0
    assert not_ok(shared_site) == []


def test_no_secret_is_in_the_artifacts(first_run: Job) -> None:
    assert first_run.leaks(first_run.folder / "artifacts") == []


def test_a_worker_runs_it_in_the_image_and_leaves_no_secret(first_run: Job, tmp_path: Path) -> None:
    ansible_runner.transmit_work_process(first_run, tmp_path)

    assert ansible_runner.changes(tmp_path / "results") == 0
    assert first_run.leaks(tmp_path / "worker/artifacts") == []
    assert first_run.leaks(tmp_path / "results") == []
