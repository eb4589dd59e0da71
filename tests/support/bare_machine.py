# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new machine: a container with a bare Debian, an ordinary user with an empty home, and a checkout in it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = os.environ.get("CONTAINER_ENGINE", "podman")
USER = "someone"
CHECKOUT = f"/home/{USER}/checkout"
# A sandbox without CAP_SYS_RESOURCE cannot raise podman's own limits.
LIMITS = ["--ulimit=nofile=20000:20000", "--ulimit=nproc=4000:4000"]
# Certificates and pip settings that this machine's network requires, if any.
LENT = [Path("/usr/local/share/ca-certificates"), Path("/etc/pip.conf")]


@dataclass(frozen=True)
class Done:
    """A finished command."""

    exit_code: int
    output: str

    @property
    def lines(self) -> list[str]:
        """The output of the command, without make's own lines and without announcements of steps."""
        said = [line.strip() for line in self.output.splitlines()]
        return [line for line in said if line and not re.match(r"make(\[\d+\])?: |Making \.venv ", line)]


@dataclass(frozen=True)
class Machine:
    """A running container."""

    name: str
    downloads: list[float] = field(default_factory=list)
    """How much each command of the user has brought through the network, in MB."""

    def as_root(self, command: str) -> Done:
        """Run a shell command as root."""
        return _run(ENGINE, "exec", "--env=DEBIAN_FRONTEND=noninteractive", self.name, "sh", "-c", command)

    def as_user(self, command: str) -> Done:
        """Run a shell command in the checkout, as the user."""
        before = self._received()
        done = _run(ENGINE, "exec", f"--user={USER}", f"--workdir={CHECKOUT}", self.name, "bash", "-c", command)
        self.downloads.append(self._received() - before)
        return done

    def _received(self) -> float:
        table = self.as_root("cat /proc/net/dev").output
        interfaces = re.findall(r"^\s*(\w+):\s*(\d+)", table, re.MULTILINE)
        return sum(int(received) for name, received in interfaces if name != "lo") / 1e6


def _run(*command: str, stdin: bytes | None = None) -> Done:
    done = subprocess.run(
        command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1200, check=False
    )
    return Done(done.returncode, done.stdout.decode(errors="replace"))


@contextmanager
def new_machine(image: str) -> Iterator[Machine]:
    """Yield a machine made from an image of Debian, and remove it at the end."""
    lent = [f"--volume={path}:{path}:ro" for path in LENT if path.exists()]
    started = _run(ENGINE, "run", "--detach", "--rm", *LIMITS, *lent, image, "sleep", "infinity")
    assert started.exit_code == 0, started.output
    machine = Machine(started.lines[-1])
    try:
        _prepare(machine)
        yield machine
    finally:
        _run(ENGINE, "rm", "--force", "--time=0", machine.name)


def _prepare(machine: Machine) -> None:
    """Add the basics of every machine: lists of packages, a user, and the current checkout."""
    # The administrator says yes to apt-get's questions.
    answer = """echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/assume-yes"""
    ready = machine.as_root(
        f"set -e; update-ca-certificates; {answer}; apt-get update; useradd --create-home --shell /bin/bash {USER}"
    )
    assert ready.exit_code == 0, ready.output
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    names = b"\0".join(name for name in listed.split(b"\0") if name and (ROOT / os.fsdecode(name)).exists())
    command = ["tar", "--create", "--null", "--files-from=-"]
    packed = subprocess.run(command, cwd=ROOT, input=names, capture_output=True, check=True).stdout
    unpack = f"mkdir {CHECKOUT} && tar --extract --directory={CHECKOUT}"
    copied = _run(ENGINE, "exec", "--interactive", f"--user={USER}", machine.name, "sh", "-c", unpack, stdin=packed)
    assert copied.exit_code == 0, copied.output
