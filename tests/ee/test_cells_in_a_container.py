# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of docs/containers.md: Cells in a plain container, without systemd, its folder on the container host."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from lab.login import Browser, LoginError
from lab.process import wait_for
from lab.realm import new_name
from lab.site import Site
from support.cells.audience import audience_of
from support.module import call_module
from support.playbook import Run
from support.role import run_role

ENGINE = os.environ.get("CONTAINER_ENGINE", "podman")
IMAGE = "localhost/cellsops-sso-cells"
START_LIMIT = 60
LIMITS = ["--ulimit=nofile=20000:20000", "--ulimit=nproc=4000:4000"]
"""A sandbox without CAP_SYS_RESOURCE cannot raise podman's own limits."""
IN_THE_FOLDER = "--env=CELLS_WORKING_DIR=/var/cells"


def engine(*arguments: str) -> None:
    """Run the container engine."""
    done = subprocess.run([ENGINE, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Container:
    """A container with the Cells of a site, which has its port and its folder."""

    site: Site
    name: str = field(default_factory=lambda: new_name("cellsops-sso-plain"))

    def create(self) -> None:
        """Run it instead of the site's process, and wait until it answers."""
        cells = self.site.cells
        cells.stop()
        # The image's own signal is that of systemd.
        start = ["run", "--detach", "--name", self.name, "--network=host", "--stop-signal=SIGTERM", *LIMITS]
        folder = [f"--volume={cells.working_dir}:/var/cells", IN_THE_FOLDER, "--entrypoint=cells"]
        settings = {"ADMIN_PASSWORD": cells.admin_password, "STORE": cells.store, "OAUTH2CLIENTS": "full"}
        environment = [f"--env=STANDIN_{name}={value}" for name, value in settings.items()]
        listen = ["start", "--bind", f"127.0.0.1:{cells.port}", "--external", cells.url]
        engine(*start, *folder, *environment, IMAGE, *listen)
        self.wait()

    def wait(self) -> None:
        """Wait until Cells answers."""
        assert wait_for(self.site.cells.ready, START_LIMIT), f"Cells does not answer: {ENGINE} logs {self.name}"

    def take_audience_away(self) -> None:
        """Empty the audience, so that sessions end at their first refresh."""
        engine("stop", self.name)
        options = {"state": "absent", "config_path": str(self.site.cells.config_path)}
        assert call_module("cells_config_audience", options)["changed"]
        engine("start", self.name)
        self.wait()
        with pytest.raises(LoginError, match="401"):
            log_in(self.site)

    @property
    def commands(self) -> dict[str, Any]:
        """The variables that stop and start it."""
        return {
            "sso_cells_stop_command": [ENGINE, "stop", self.name],
            "sso_cells_start_command": [ENGINE, "start", self.name],
        }


def run(container: Container, *arguments: str, **variables: Any) -> Run:
    """Run the role on the site. Servers and a container engine on one small machine may need time to answer."""
    return run_role(container.site, *arguments, sso_connection_timeout=60, **variables)


NO_COMMANDS: dict[str, Any] = {"sso_cells_stop_command": [], "sso_cells_start_command": []}


def log_in(site: Site) -> None:
    """Log dora in and refresh her session. Raises LoginError."""
    browser = Browser(site.cells.url)
    browser.log_in("keycloak", "dora", site.lab.ldap.users["dora"])
    browser.refresh()


@pytest.fixture(scope="module")
def container(shared_site: Site) -> Iterator[Container]:
    container = Container(shared_site)
    try:
        container.create()
        yield container
    finally:
        engine("rm", "--force", "--time=5", container.name)


@pytest.fixture(scope="module")
def guided(container: Container) -> Run:
    """The first run of the role, which edits the file on the host."""
    done = run(container, **container.commands)
    assert done.exit_code == 0, done.output
    return done


@contextlib.contextmanager
def without_cells(container: Container) -> Iterator[str]:
    """Yield the name of a container with the folder of Cells in which no Cells is running."""
    name = f"{container.name}-idle"
    start = ["run", "--detach", "--name", name, *LIMITS, "--volumes-from", container.name, IN_THE_FOLDER]
    engine(*start, "--entrypoint=sleep", IMAGE, "infinity")
    try:
        yield name
    finally:
        engine("rm", "--force", "--time=0", name)


def test_without_commands_the_role_finds_the_server_in_the_container(container: Container) -> None:
    assert "Cells is running in" in run(container, **NO_COMMANDS).failure


def test_the_vendors_command_in_a_container_without_cells(container: Container, guided: Run) -> None:
    container.take_audience_away()

    with without_cells(container) as name:
        ran = {"sso_audience_method": "cli", "sso_cells_bin": [ENGINE, "exec", name, "cells"], **container.commands}
        done = run(container, "--tags", "audience", **ran)

    assert done.exit_code == 0, done.output
    log_in(container.site)


def test_the_api_needs_no_stop(container: Container, guided: Run) -> None:
    container.take_audience_away()

    done = run(container, "--tags", "audience", sso_audience_method="api", **NO_COMMANDS)

    assert done.exit_code == 0, done.output
    log_in(container.site)


def test_an_audience_that_somebody_else_sets_is_looked_at(container: Container, guided: Run) -> None:
    there = run(container, sso_audience_method="none", **NO_COMMANDS)
    container.take_audience_away()
    missing = run(container, sso_audience_method="none", **NO_COMMANDS)

    assert (there.exit_code, missing.exit_code) == (0, 0), missing.output
    words = "The audience of cells-frontend lacks"
    assert (words in there.output, words in " ".join(missing.output.split())) == (False, True)
    assert audience_of(container.site.cells) == []
