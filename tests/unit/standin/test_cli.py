# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells command as a process: streams, exit codes and what it leaves behind. It needs Python alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(__file__).parents[2] / "standin/cells"
PATIENCE = 15
"""Seconds that a command may take."""
SET = ("admin", "config", "set")
AUDIENCE = ("pydio.web.oauth", "staticClients[0]/audience[0]", "https://cells.example.org")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs the command with a working directory, with no libraries and from elsewhere."""
    folder = tmp_path / "work"
    folder.mkdir()

    def called(*arguments: str, patience: float = PATIENCE, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-S", str(COMMAND), *arguments],
            env={"PATH": os.environ["PATH"], "CELLS_WORKING_DIR": str(folder), **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
        )

    return called


@pytest.fixture
def config(tmp_path: Path) -> Callable[[], Any]:
    """Return a function that reads pydio.json."""
    return lambda: json.loads((tmp_path / "work/pydio.json").read_text("utf-8"))


def clients(root: Any) -> list[Any]:
    """Return the static clients of a configuration."""
    found: list[Any] = root["services"]["pydio.web.oauth"]["staticClients"]
    return found


def test_the_guides_command_makes_and_edits_a_new_file(run: Run, config: Callable[[], Any], tmp_path: Path) -> None:
    umask = os.umask(0o022)
    os.umask(umask)
    done = run(*SET, *AUDIENCE)
    tick = "\x1b[32m\u2714\x1b[0m"
    told = f"{tick} Config set\nDelaying exit to make sure write operations are committed.\n"
    assert (done.returncode, done.stderr) == (0, told)
    assert done.stdout.endswith("[Keyring] Auto-creating new value for pydio.grpc.user-key/keyring.master\n")
    assert run(*SET, *AUDIENCE).stdout == ""
    assert [client["client_id"] for client in clients(config())] == [
        "cells-frontend",
        "cells-sync",
        "cells-client",
        "cells-mobile",
    ]
    assert clients(config())[0]["audience"] == [AUDIENCE[2]]
    modes = {file.name: file.stat().st_mode & 0o777 & ~umask for file in (tmp_path / "work").iterdir()}
    assert modes == dict.fromkeys(("pydio.json", "pydio-vault.json", "cells-vault-key"), 0o644 & ~umask)
    assert not (tmp_path / "work/pydio.json").read_text("utf-8").endswith("\n")


def test_a_later_store_drops_the_other_clients(run: Run, config: Callable[[], Any]) -> None:
    run(*SET, "a", "b", "c")
    done = run(*SET, *AUDIENCE, STANDIN_STORE="v5-kv-trunc")
    assert (done.returncode, done.stdout) == (0, "")
    assert len(clients(config())) == 1


def test_a_later_store_begins_without_the_oauth_service(run: Run, config: Callable[[], Any], tmp_path: Path) -> None:
    run("admin", "config", "list", STANDIN_STORE="v5-kv-trunc")
    assert set(config()) == {"defaults", "version"}
    assert (tmp_path / "work/pydio.json").stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_written_in_place(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "work/pydio.json"
    file.write_text('{"n": 9007199254740993}', "utf-8")
    file.chmod(0o640)
    before = file.stat()
    assert run(*SET, "s", "k", "v").returncode == 0
    assert (
        file.read_text("utf-8")
        == '{\n  "n": 9007199254740992,\n  "services": {\n    "s": {\n      "k": "v"\n    }\n  }\n}'
    )
    assert (file.stat().st_ino, file.stat().st_mode) == (before.st_ino, before.st_mode)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*SET, "a", "b"), "Requires at least three arguments"),
        (("admin", "config", "delete", "a"), "requires two arguments"),
        (("admin", "config", "delete", "a", "b", "c"), "requires two arguments"),
        ((*SET, "a", "b", "--c"), "unknown flag: --c"),
        ((*SET, "a", "b", "c", "--config", "etcd://127.0.0.1:1/config"), "cannot open config etcd"),
    ],
)
def test_wrong_arguments_end_with_1(run: Run, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert (done.returncode, words in done.stderr, words in done.stdout) == (1, True, True)
    assert not (tmp_path / "work/pydio.json").exists()


def test_a_panic_ends_with_2_and_leaves_the_file(run: Run, config: Callable[[], Any]) -> None:
    run(*SET, "a", "b", "c")
    before = config()
    done = run(*SET, "pydio.web.oauth", "staticClients[-1]/x", "u")
    assert done.returncode == 2
    assert done.stderr.startswith("panic: runtime error: index out of range [-1]\n\ngoroutine 1 [running]:")
    assert config() == before


def test_an_error_that_is_thrown_away_ends_with_0(run: Run, config: Callable[[], Any]) -> None:
    run(*SET, "a", "b", "c")
    before = config()
    assert run(*SET, "pydio.web.oauth", "staticClients[foo]", "u").returncode == 0
    assert config() == before


def test_delete(run: Run, config: Callable[[], Any]) -> None:
    done = run("admin", "config", "delete", "pydio.web.oauth", "staticClients[1]")
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "Deleted")
    assert len(clients(config())) == 3
    # There is no such command: the group shows its help.
    assert run("admin", "config", "del", "pydio.web.oauth", "staticClients[0]").returncode == 0
    assert len(clients(config())) == 3


def test_half_a_file_is_not_touched(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "work/pydio.json"
    file.write_text('{"services": {', "utf-8")
    done = run(*SET, "a", "b", "c")
    assert (done.returncode, "pydio.json" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert file.read_text("utf-8") == '{"services": {'


def test_list_shows_strings_only_or_every_value(run: Run) -> None:
    v4 = run("admin", "config", "list").stdout
    assert "allowedOrigins" in v4
    assert "cells-frontend" not in v4
    v5 = run("admin", "config", "list", STANDIN_STORE="v5-kv-trunc").stdout
    assert "| services/pydio.web.oauth/cors/public/allowedOrigins | *" in v5
    assert '"client_id":"cells-frontend"' in v5
    assert run("admin", "config", "list", STANDIN_STORE="v5-kv-nil").returncode == 2


@pytest.mark.parametrize(
    ("template", "environment", "shown"),
    [
        ("{{.Version}}", {}, "4.4.13"),
        ("{{.Version}}", {"STANDIN_VERSION": "4.9.0"}, "4.9.0"),
        ("{{.PackageLabel}}", {}, "Pydio Cells Enterprise Distribution"),
        ("{{.PackageLabel}}", {"STANDIN_EDITION": "home"}, "Pydio Cells Home Edition"),
    ],
)
def test_version(run: Run, tmp_path: Path, template: str, environment: dict[str, str], shown: str) -> None:
    assert run("version", "-f", template, **environment).stdout == shown
    assert list((tmp_path / "work").iterdir()) == []


def test_a_setting_that_cannot_be_used_is_one_line(run: Run) -> None:
    done = run(*SET, "a", "b", "c", STANDIN_STORE="v6")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: STANDIN_STORE is 'v6', but it must be one of v4-tree, v5-merge-keep, v5-kv-nil, v5-kv-trunc.\n",
    )


def test_token_needs_its_arguments_and_never_ends_without_a_running_server(run: Run) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run("admin", "user", "token", "-u", "admin", "-e", "1h", "-q", patience=3)
    done = run("admin", "user", "token", "-u", "admin", "-e", "soon", "-q")
    assert (done.returncode, "Cannot parse expire duration" in done.stdout) == (1, True)
    done = run("admin", "user", "token", "-u", "admin")
    assert (done.returncode, "Missing Arguments" in done.stderr) == (0, True)


def test_it_runs_by_itself_and_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "cells"
    link.symlink_to(COMMAND)
    done = subprocess.run([link, "version", "-f", "{{.Version}}"], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout == "4.4.13"
