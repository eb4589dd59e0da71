# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A configuration that is kept elsewhere: the file is not edited, and the line says who names which store."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cells.pydio_json import EditAudience, static_client
from support.cells.server_process import FORKED, running
from support.module import Outcome, RunModule, assert_one_clear_line

ETCD = "etcd://config.example.org:2379/config"
PASSWORD = "etcd-password-77a1c0d25be94e1f"
STORES = [
    (ETCD, "etcd://config.example.org"),
    ("etcd+tls://config.example.org:2379/config?timeout=3s", "etcd+tls://config.example.org"),
    (f"vaults://cells:{PASSWORD}@vault.example.org:8200/secret", "vaults://vault.example.org"),
    ("grpc://:8030", "grpc://"),
    ("mem://", "mem://"),
]
FILES = {
    "cells_local": "CELLS_LOG=debug\nCELLS_CONFIG={}\n",
    "cells_local with export and quotes": "# by hand\nexport CELLS_CONFIG='{}'\n",
    "cells_local as Windows writes it": "CELLS_CONFIG={}\r\nCELLS_LOG=debug\r\n",
    "cells_local with the old name": "PYDIO_CONFIG={}",
    "cells_local with discovery": "CELLS_DISCOVERY={}",
    "flags.json": '{{\n  "log": "debug",\n  "config": "{}",\n  "x": 1\n}}',
    "flags.json on one line": '{{"log": "debug", "config": "{}"}}',
    "flags.yaml": "log: debug\nconfig: {}\n",
    "flags.yml with quotes": '"config": "{}"\n',
    "flags.env": "CELLS_CONFIG={}\n",
    "flags.toml": 'config = "{}"\n',
}
"""File name (the words before a blank) and content, with a place for the URL."""


def refused(outcome: Outcome, config: Path, *words: str) -> None:
    assert_one_clear_line(outcome, f"does not use {config}", "would have no effect", *words)
    assert PASSWORD not in outcome.printed
    assert "audience" not in static_client(config)


@pytest.mark.parametrize("method", ["file", "cli"])
@pytest.mark.parametrize("variable", ["CELLS_CONFIG", "PYDIO_CONFIG", "CELLS_DISCOVERY", "PYDIO_DISCOVERY"])
def test_a_store_in_the_environment_is_refused(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch, variable: str, method: str
) -> None:
    monkeypatch.setenv(variable, ETCD)

    for check in (True, False):
        refused(edit_audience(check, method=method), config, variable, "etcd://config.example.org")


def test_a_store_whose_url_does_not_parse_is_one_line(
    edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELLS_CONFIG", "etcd://[2001:db8::1/config")

    refused(edit_audience(), config, "CELLS_CONFIG")


@pytest.mark.parametrize(("url", "named"), STORES)
@pytest.mark.parametrize("name", FILES)
def test_a_store_in_a_flags_file_next_to_pydio_json_is_refused(
    edit_audience: EditAudience, config: Path, name: str, url: str, named: str
) -> None:
    path = config.parent / name.split(maxsplit=1)[0]
    path.write_text(FILES[name].format(url), newline="")

    refused(edit_audience(), config, str(path), named)


def test_a_store_in_the_flags_file_that_the_environment_names_is_refused(
    edit_audience: EditAudience, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = tmp_path / "cells-flags.yaml"
    flags.write_text(f"config: {ETCD}\n")
    monkeypatch.setenv("CELLS_FLAGS_FILE", str(flags))

    refused(edit_audience(), config, str(flags), "etcd://config.example.org")


@pytest.mark.parametrize("form", ["file://{}", "{}", "file://{}?x=1"])
@pytest.mark.parametrize("by_link", [True, False])
def test_this_very_file_is_accepted_as_store(
    *,
    edit_audience: EditAudience,
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    by_link: bool,
) -> None:
    (tmp_path / "link").symlink_to(config.parent)
    named = tmp_path / "link" / "pydio.json" if by_link else config
    monkeypatch.setenv("CELLS_CONFIG", form.format(named))

    assert edit_audience()["changed"]
    assert not edit_audience(config_path=str(tmp_path / "link" / "pydio.json"))["changed"]


def test_another_file_is_refused(edit_audience: EditAudience, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLS_CONFIG", "file:///srv/cells/pydio.json")

    refused(edit_audience(), config, "CELLS_CONFIG", "the file /srv/cells/pydio.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cells_local", "CELLS_LOG=debug\n# CELLS_CONFIG=etcd://old.example.org/config\n"),
        ("cells_local", "CELLS_CONFIG=\n"),
        ("cells_local", "CELLS_CONFIG=\nCELLS_LOG=debug\n"),
        ("cells_local", "MY_CELLS_CONFIG=etcd://old.example.org/config\n"),
        ("flags.json", '{"log": "debug"}'),
        ("flags.yaml", "log: debug\n#config: etcd://old.example.org/config\n"),
        ("flags.yaml", "config:\nlog: debug\n"),
        ("flags.yaml", "registry: etcd://config.example.org:2379/registry\n"),
        ("flags.bin", "\0\1\xff"),
    ],
)
def test_files_that_name_no_store_are_passed_over(
    edit_audience: EditAudience, config: Path, name: str, content: str
) -> None:
    (config.parent / name).write_text(content, encoding="latin-1")

    assert edit_audience()["changed"]


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["start"], {"CELLS_CONFIG": ETCD}),
        (["start"], {"CELLS_DISCOVERY": ETCD}),
        (["start", "--config", ETCD], {}),
        (["start", f"--config={ETCD}", "--log", "debug"], {}),
        (["--log", "debug", "start", f"--discovery={ETCD}"], {}),
    ],
)
@pytest.mark.parametrize("name", ["cells", "cells-enterprise"])
def test_a_store_of_the_running_server_is_refused(
    *,
    edit_audience: EditAudience,
    config: Path,
    tmp_path: Path,
    name: str,
    arguments: list[str],
    variables: dict[str, str],
) -> None:
    variables = {"CELLS_WORKING_DIR": str(config.parent), **variables}

    with running(tmp_path, name, arguments, variables) as process:
        refused(edit_audience(), config, f"process {process}", "etcd://config.example.org")
    assert edit_audience()["changed"]


@pytest.mark.parametrize(
    ("name", "arguments", "folder"),
    [
        ("cells", ["start"], "elsewhere"),
        ("cells", ["admin", "config", "list"], "workdir"),
        ("etcd", ["start"], "workdir"),
    ],
)
def test_processes_that_are_no_server_of_this_folder_do_not_count(
    *, edit_audience: EditAudience, config: Path, tmp_path: Path, name: str, arguments: list[str], folder: str
) -> None:
    variables = {"CELLS_WORKING_DIR": str(tmp_path / folder), "CELLS_CONFIG": ETCD}

    with running(tmp_path, name, arguments, variables):
        assert edit_audience()["changed"]


def test_forked_children_say_nothing_about_the_store(
    edit_audience: EditAudience, run_module: RunModule, config: Path, tmp_path: Path
) -> None:
    """Each child of a server is started with --discovery, whatever store the server itself uses."""
    variables = {"CELLS_WORKING_DIR": str(config.parent)}
    edit_audience()

    with running(tmp_path, "cells", ["start"], variables), running(tmp_path, "cells", FORKED, variables):
        assert not edit_audience()["changed"], "the audience is there already"
        assert run_module("cells_config_info", {"config_path": str(config)})["static_clients"]


UNIT = """\
Id=cells.service
Environment=CELLS_WORKING_DIR={folder} {environment}
EnvironmentFiles={files}
ExecStart={{ path=/opt/pydio/bin/cells ; argv[]=/opt/pydio/bin/cells start{arguments} ; ignore_errors=no ; \
start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }}
"""
ANOTHER_UNIT = """\
Id=cells-sync.service
Environment=
ExecStart={ path=/opt/pydio/bin/cells-sync ; argv[]=/opt/pydio/bin/cells-sync start ; ignore_errors=no ; pid=0 }
"""


@pytest.fixture
def systemctl(commands: Path) -> Callable[[str], None]:
    """Return a function that says what systemctl prints when the module asks for the units of Cells."""

    def prints(text: str) -> None:
        (commands / "shown").write_text(text)
        (commands / "systemctl").write_text(f'#!/bin/sh\n[ "$1" = show ] && cat {commands}/shown\n')

    return prints


@pytest.mark.parametrize(
    "unit",
    [
        {"environment": f"CELLS_LOG=debug CELLS_CONFIG={ETCD}"},
        {"environment": f'"CELLS_CONFIG={ETCD}" "CELLS_TITLE=two words"'},
        {"arguments": f" --config {ETCD}"},
        {"arguments": f" --log debug --discovery={ETCD}"},
        {"files": "{variables} (ignore_errors=no)"},
        {"files": "/nonexistent (ignore_errors=yes)\nEnvironmentFiles={variables} (ignore_errors=yes)"},
    ],
)
def test_a_store_of_the_systemd_unit_is_refused(
    edit_audience: EditAudience, config: Path, tmp_path: Path, systemctl: Callable[[str], None], unit: dict[str, str]
) -> None:
    variables = tmp_path / "cells.env"
    variables.write_text(f"CELLS_CONFIG={ETCD}\n")
    fields = {"environment": "", "files": "", "arguments": "", **unit}
    fields["files"] = fields["files"].format(variables=variables)
    systemctl(ANOTHER_UNIT + "\n" + UNIT.format(folder=config.parent, **fields))

    refused(edit_audience(), config, "etcd://config.example.org")


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "System has not been booted with systemd\n",
        ANOTHER_UNIT,
        UNIT.format(folder="/srv/other", environment=f"CELLS_CONFIG={ETCD}", files="", arguments=""),
        'Id=cells.service\nEnvironment="no end\nExecStart=\n',
    ],
)
def test_units_that_name_no_store_are_passed_over(
    edit_audience: EditAudience, systemctl: Callable[[str], None], shown: str
) -> None:
    systemctl(shown)

    assert edit_audience()["changed"]


def test_a_host_without_systemctl_is_none_with_another_store(
    edit_audience: EditAudience, commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (commands / "systemctl").unlink()
    monkeypatch.setenv("PATH", str(commands))
    assert shutil.which("systemctl") is None

    assert edit_audience()["changed"]


@pytest.mark.parametrize("place", ["cells_local", "process"])
def test_a_store_next_to_the_link_is_refused_if_pydio_json_is_a_link(
    edit_audience: EditAudience, config: Path, tmp_path: Path, place: str
) -> None:
    """The working directory of Cells is the folder of the link, not of its target."""
    target = tmp_path / "kept" / "pydio.json"
    target.parent.mkdir()
    config.rename(target)
    config.symlink_to(target)

    if place == "cells_local":
        (config.parent / "cells_local").write_text(f"CELLS_CONFIG={ETCD}\n")
        refused(edit_audience(), config, "cells_local")
        return
    variables = {"CELLS_WORKING_DIR": str(config.parent), "CELLS_CONFIG": ETCD}
    with running(tmp_path, "cells", ["start"], variables) as process:
        refused(edit_audience(), config, f"process {process}")
