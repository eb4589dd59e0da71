# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbooks as loudly as can be, and searches all that they leave behind for secrets."""

from __future__ import annotations

import base64
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lab.site import Site
from support.playbook import Run, run_playbook

JWT = re.compile(r"eyJ[\w-]{15,}\.[\w-]{15,}")
"""An access token: anyone who has it acts as the account."""

LARGEST = 20_000_000
"""Bytes of a file in the common temporary folder that is still searched."""

LOOK_EVERY = 0.02
"""Seconds between two looks at the process list."""

DEBUG_RECORD = re.compile(
    r"^ *\d+ \d{9,}\.\d+: "
    r"(?:done with _execute_module \([^\n]*$|_low_level_execute_command\(\) done: .*?, stderr=.*?$)",
    re.MULTILINE | re.DOTALL,
)
"""The two records of ANSIBLE_DEBUG in which Ansible prints the arguments and the answer of every module."""


@dataclass
class Watched:
    """A site, a folder for all that Ansible writes, and the secrets that must not be there."""

    site: Site
    folder: Path
    secrets: dict[str, str]
    """The names of the places in a test's report."""
    searched: Counter[str] = field(default_factory=Counter)
    """How many secrets were looked for, and in how many places of each kind."""
    since: float = field(default_factory=time.time)

    def run(self, playbook: Path, variables: dict[str, Any], *arguments: str, **environment: str) -> Run:
        """Run a playbook at -vvvv --diff with a log file, every folder of Ansible's being inside this one."""
        places = {
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local-temp"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote-temp"),
            "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
            "ANSIBLE_CALLBACK_TREE_DIR": str(self.folder / "tree"),
            "JUNIT_OUTPUT_DIR": str(self.folder / "junit"),
        }
        with self._watching_processes():
            loud = ("-vvvv", "--diff", *arguments)
            return run_playbook(playbook, variables, self.folder / "play", *loud, **places, **environment)  # type: ignore[arg-type]

    def leaks(self, run: Run) -> list[str]:
        """Return the places at which a secret must not be but is: output, process list, the play's folder, the
        temporary one."""
        self.searched["outputs searched for secrets"] += 1
        found = [f"{name} in the output: {_around(run.output, secret)}" for name, secret in self._in(run.output)]
        for line in self._shown:
            self.searched["command lines searched for secrets"] += 1
            found += [f"{name} in the process list: {_around(line, secret)}" for name, secret in self._in(line)]
        for path in self._files():
            self.searched["files searched for secrets"] += 1
            text = path.read_bytes().decode("utf-8", errors="replace")
            found += [f"{name} in {path}: {_around(text, secret)}" for name, secret in self._in(text)]
        return found

    def _in(self, text: str) -> Iterator[tuple[str, str]]:
        for name, secret in self.secrets.items():
            forms = (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("="))
            yield from ((name, form) for form in dict.fromkeys(forms) if form in text)
        for token in JWT.findall(text)[:1]:
            yield "an access token", token

    def _files(self) -> Iterator[Path]:
        belongs = {self.folder / "play" / "vars.json"}
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in belongs:
                yield path
        servers = (self.site.lab.directory, self.site.cells.directory, self.folder)
        for path in _common_files(Path(tempfile.gettempdir()), self.since):
            if not any(path.is_relative_to(server) for server in servers):
                yield path

    @contextmanager
    def _watching_processes(self) -> Iterator[None]:
        """Take note of every command line on this machine."""
        self._shown: set[str] = set()
        done = threading.Event()
        watcher = threading.Thread(target=_note_processes, args=(self._shown, done))
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def without_debug_records(run: Run) -> str:
    """Return the output of a run with ANSIBLE_DEBUG without the records that show every module's arguments."""
    return DEBUG_RECORD.sub("", run.output)


def _note_processes(shown: set[str], done: threading.Event) -> None:
    while not done.wait(LOOK_EVERY):
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                shown.add((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            except OSError:
                # Gone meanwhile.
                continue


def _common_files(folder: Path, since: float) -> Iterator[Path]:
    """Yield the files of the common temporary folder that were written since a time."""
    for path in folder.iterdir():
        try:
            if path.is_symlink() or path.name.startswith(("pytest-of-", "lab-", "cellsops-sso-lab-", "bash_jobs")):
                # Other tests and other servers of the lab, with secrets of their own.
                continue
            for file in [path] if path.is_file() else path.rglob("*"):
                status = file.lstat()
                # Libraries that another checkout installs meanwhile have examples of tokens in them.
                installed = "site-packages" in file.parts
                if file.is_file() and status.st_mtime >= since and status.st_size < LARGEST and not installed:
                    yield file
        except OSError:
            # Gone meanwhile, or another user's.
            continue


def _around(text: str, secret: str) -> str:
    start = text.index(secret)
    return repr(text[max(0, start - 200) : start] + "<THE SECRET>")
