# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method cli with a command of chosen behavior: other changes than that of the audience are undone and reported."""

from __future__ import annotations

import json
import os
import pwd
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.cells import fake_command
from support.cells.pydio_json import (
    NOBODY,
    OTHER_URL,
    SERVICE,
    URL,
    EditAudience,
    clients,
    document,
    rendered,
    set_client,
    static_client,
)
from support.module import assert_one_clear_line

THIRD_URL = "https://third.example.org"


@pytest.fixture
def cells(commands: Path) -> Path:
    """Return the command, which is found on PATH."""
    return fake_command.install(commands)


def had(config: Path, *audience: Any, static_clients: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Give the client in the file an audience, and return the whole configuration."""
    before = set_client(document(static_clients), **({"audience": list(audience)} if audience else {}))
    config.write_text(rendered(before), encoding="utf-8")
    return before


@pytest.mark.parametrize(
    ("before", "options", "settings"),
    [
        pytest.param([], {}, [(0, URL)], id="first entry"),
        pytest.param([OTHER_URL], {}, [(1, URL)], id="behind an entry"),
        pytest.param(
            [OTHER_URL], {"audience": [URL, OTHER_URL, THIRD_URL]}, [(1, URL), (2, THIRD_URL)], id="two behind one"
        ),
        pytest.param([OTHER_URL], {"mode": "exact"}, [(0, URL)], id="replaced"),
        pytest.param([None], {}, [(0, URL)], id="instead of null"),
        pytest.param([None, OTHER_URL], {}, [(0, OTHER_URL), (1, URL)], id="null moved away"),
    ],
)
def test_a_good_command_sets_the_audience_and_nothing_else(
    *, edit_audience: EditAudience, config: Path, cells: Path, before: list[Any], options: dict[str, Any], settings: Any
) -> None:
    old = had(config, *before)
    predicted = edit_audience(check=True, method="cli", **options)
    assert fake_command.calls(cells) == []
    assert config.read_text(encoding="utf-8") == rendered(old)

    outcome = edit_audience(method="cli", **options)

    arguments = [
        ["admin", "config", "set", SERVICE, f"staticClients[0]/audience[{position}]", url] for position, url in settings
    ]
    assert [call["arguments"] for call in fake_command.calls(cells)] == arguments
    commands = "; ".join(" ".join([str(cells), *line]) for line in arguments)
    assert outcome["actions"] == [f"update static client cells-frontend: audience, by {commands}"]
    assert outcome["changed"]
    assert json.loads(config.read_bytes()) == set_client(old, audience=outcome["audience"])
    assert predicted.values == outcome.values

    assert not edit_audience(method="cli", **options)["changed"]
    assert len(fake_command.calls(cells)) == len(settings)


def test_the_index_is_looked_up(edit_audience: EditAudience, config: Path, cells: Path) -> None:
    had(config, static_clients=clients()[::-1])

    edit_audience(method="cli")

    assert [call["arguments"][4] for call in fake_command.calls(cells)] == ["staticClients[2]/audience[0]"]
    assert static_client(config)["audience"] == [URL]


def test_the_command_runs_in_the_folder_of_the_file(edit_audience: EditAudience, config: Path, cells: Path) -> None:
    edit_audience(method="cli")

    [call] = fake_command.calls(cells)
    assert (call["working_dir"], call["folder"]) == (str(config.parent), str(config.parent))


def test_the_backup_is_the_file_before_the_command(edit_audience: EditAudience, config: Path, cells: Path) -> None:
    before = config.read_bytes()

    backup = Path(edit_audience(method="cli", backup=True)["backup_file"])

    assert backup.read_bytes() == before
    assert sorted(config.parent.iterdir()) == sorted([config, backup])


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("drops later clients", ["staticClients[2] is gone"]),
        ("clears earlier entries", ["staticClients[1]/audience[0] is gone"]),
        ("clears earlier clients", ["staticClients[0] is gone"]),
        ("drops a field", ["staticClients[1]/revokeRefreshTokenAfterInactivity is gone"]),
        ("adds a key", ["migrated is new"]),
        ("sets another value", ["staticClients[1]/audience[1] is another"]),
        ("writes a string", ["staticClients[1]/audience is another"]),
        ("passes integers through float64", ["defaults/quota is another", "pydio.grpc.update/large is another"]),
        ("does nothing", ["staticClients[1]/audience[1] is gone"]),
        ("writes half a file", ["services is gone", "version is gone"]),
        ("empties the file", ["services is gone", "version is gone"]),
    ],
)
@pytest.mark.parametrize("backup", [True, False])
def test_a_command_that_does_anything_else_is_undone_and_that_is_named(
    *,
    edit_audience: EditAudience,
    config: Path,
    cells: Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
    words: list[str],
    backup: bool,
) -> None:
    monkeypatch.setenv(fake_command.BEHAVIOUR, behaviour)
    had(config, OTHER_URL, static_clients=[clients()[1], clients()[0], clients()[2]])
    config.chmod(0o640)
    before = config.read_bytes()

    outcome = edit_audience(method="cli", backup=backup)

    assert_one_clear_line(outcome, "changed more than the audience", *words, "was restored", "Use method file")
    assert len(outcome.msg) < 500
    assert config.read_bytes() == before
    assert config.stat().st_mode & 0o777 == 0o640
    assert len(list(config.parent.iterdir())) == (2 if backup else 1)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("fails", ["exit code 1", "cannot open the store for this reason"]),
        ("panics", ["exit code 2", "panic: runtime error: index out of range [-1]"]),
        ("panics and writes half a file", ["exit code 2", "panic"]),
    ],
)
def test_a_command_that_fails_is_undone_and_its_words_are_shown(
    *,
    edit_audience: EditAudience,
    config: Path,
    cells: Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
    words: list[str],
) -> None:
    monkeypatch.setenv(fake_command.BEHAVIOUR, behaviour)
    before = config.read_bytes()

    outcome = edit_audience(method="cli")

    assert_one_clear_line(outcome, f"{cells} admin config set {SERVICE}", *words, "The file is as it was")
    assert len(outcome.msg) < 500
    assert config.read_bytes() == before
    assert list(config.parent.iterdir()) == [config]


def test_a_file_that_the_command_removes_is_put_back(
    edit_audience: EditAudience, config: Path, cells: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_command.BEHAVIOUR, "removes the file")
    config.chmod(0o640)
    before = config.read_bytes()

    outcome = edit_audience(method="cli")

    assert_one_clear_line(outcome, "was restored")
    assert config.read_bytes() == before
    assert config.stat().st_mode & 0o777 == 0o640


def test_the_second_of_two_settings_that_fails_undoes_the_first(
    edit_audience: EditAudience, config: Path, commands: Path
) -> None:
    real = fake_command.install(commands).rename(commands / "cells.real")
    command = commands / "cells"
    command.write_text(f'#!/bin/sh\ncase "$5" in *"[1]") echo no >&2; exit 3 ;; esac\nexec {real} "$@"\n')
    command.chmod(0o755)
    before = config.read_bytes()

    outcome = edit_audience(method="cli", audience=[URL, OTHER_URL])

    assert_one_clear_line(outcome, "audience[1]", "exit code 3, no")
    assert len(fake_command.calls(real)) == 1
    assert config.read_bytes() == before


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("audience", "options"),
    [
        ([URL], {"state": "absent"}),
        ([URL, OTHER_URL], {"state": "absent"}),
        ([URL, OTHER_URL], {"mode": "exact"}),
        ([URL], {"mode": "exact", "audience": []}),
        ([None, URL], {}),
        ("https://cells.example.org", {"mode": "exact"}),
    ],
)
def test_changes_that_the_command_cannot_make_are_refused(
    *, edit_audience: EditAudience, config: Path, cells: Path, audience: Any, options: dict[str, Any], check: bool
) -> None:
    before = rendered(document(clients(audience=audience)))
    config.write_text(before)

    assert_one_clear_line(edit_audience(check, method="cli", **options), "cannot", "use method file")

    assert fake_command.calls(cells) == []
    assert config.read_text() == before


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("command", ["cells", "no-such-command", "/no/such/cells", "{folder}", "{folder}/plain"])
def test_a_missing_command_is_one_line(
    edit_audience: EditAudience, config: Path, tmp_path: Path, command: str, check: bool
) -> None:
    (tmp_path / "plain").write_text("not executable")
    if command == "cells" and shutil.which("cells"):
        pytest.skip("this machine has a command cells")
    command = command.format(folder=tmp_path)

    assert_one_clear_line(edit_audience(check, method="cli", cells_bin=command), "cells_bin", repr(command))


def test_a_command_that_cannot_be_run_is_one_line(edit_audience: EditAudience, config: Path, commands: Path) -> None:
    (commands / "cells").write_bytes(b"\x7fELF of another machine")
    (commands / "cells").chmod(0o755)
    before = config.read_bytes()

    assert_one_clear_line(edit_audience(method="cli"), "Exec format error", "as it was")
    assert config.read_bytes() == before


def test_a_relative_command_is_found_from_where_the_task_runs(
    edit_audience: EditAudience, config: Path, cells: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cells.parent)

    assert edit_audience(method="cli", cells_bin="./cells")["changed"]


def test_a_command_of_several_words_runs_as_given(edit_audience: EditAudience, config: Path, cells: Path) -> None:
    words = ["env", "WRAPPED=yes", str(cells)]

    outcome = edit_audience(method="cli", cells_bin=words)

    [call] = fake_command.calls(cells)
    assert call["arguments"] == ["admin", "config", "set", SERVICE, "staticClients[0]/audience[0]", URL]
    assert f"by {shutil.which('env')} WRAPPED=yes {cells} admin config set" in outcome["actions"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("docker exec cells cells", ["'docker exec cells cells'", "as a list"]),
        (["no-such-engine", "exec", "cells", "cells"], ["'no-such-engine'"]),
        ([], ["give the name or path of the cells command"]),
    ],
)
def test_a_wrong_command_of_several_words_is_one_line(
    edit_audience: EditAudience, config: Path, words: Any, said: list[str]
) -> None:
    assert_one_clear_line(edit_audience(method="cli", cells_bin=words), "cells_bin", *said)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run a command as another user")
def test_a_command_of_several_words_runs_as_the_user_of_the_task(
    edit_audience: EditAudience, config: Path, cells: Path
) -> None:
    """The command is the client of a container engine, which the user of Cells may not be able to use."""
    os.chown(config, NOBODY, NOBODY)
    seen = cells.with_name("seen")
    script = f'id -u > {seen}; exec "$0" "$@"'

    assert edit_audience(method="cli", cells_bin=["sh", "-c", script, str(cells)])["changed"]

    assert seen.read_text() == "0\n"


def test_a_file_of_another_name_is_refused(edit_audience: EditAudience, config: Path, cells: Path) -> None:
    other = config.rename(config.with_name("cells.json"))

    assert_one_clear_line(edit_audience(method="cli", config_path=str(other)), "only edits a file named pydio.json")


@pytest.mark.parametrize("target", ["pydio.json", "pydio-v4.json"])
def test_the_command_runs_in_the_folder_of_the_link_if_pydio_json_is_a_link(
    edit_audience: EditAudience, config: Path, cells: Path, tmp_path: Path, target: str
) -> None:
    """The working directory of Cells is the folder of the link, which contains its vault key and database."""
    kept = tmp_path / "kept"
    kept.mkdir()
    config.symlink_to(config.rename(kept / target))

    assert edit_audience(method="cli")["changed"]

    assert fake_command.calls(cells)[0]["working_dir"] == str(config.parent)
    assert config.is_symlink()
    assert static_client(kept / target)["audience"] == [URL]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run a command as another user")
@pytest.mark.parametrize("uid", [NOBODY, 54321, 0])
def test_the_command_runs_as_the_owner_of_the_file(
    edit_audience: EditAudience, open_folder: Path, commands: Path, monkeypatch: pytest.MonkeyPatch, uid: int
) -> None:
    monkeypatch.setenv("HOME", "/root-of-the-test")
    path = open_folder / "pydio.json"
    path.write_text(rendered(document()))
    after = open_folder / "after.json"
    after.write_text(rendered(set_client(document(), audience=[URL])))
    seen = open_folder / "seen"
    command = open_folder / "cells"
    command.write_text(
        '#!/bin/sh\ncd /\necho "$(id -u) $(id -g) $(id -G)" > "$0.seen"\n'
        'echo "$HOME" >> "$0.seen"\necho "$CELLS_WORKING_DIR" >> "$0.seen"\n'
        'cat "$CELLS_WORKING_DIR/after.json" > "$CELLS_WORKING_DIR/pydio.json"\n'
    )
    command.chmod(0o755)
    seen = open_folder / "cells.seen"
    gid = uid + 1 if uid else 0
    for file in (open_folder, path, after):
        os.chown(file, uid, gid)
    path.chmod(0o600)
    homes = {NOBODY: pwd.getpwuid(NOBODY).pw_dir, 54321: str(open_folder), 0: "/root-of-the-test"}

    assert edit_audience(method="cli", config_path=str(path), cells_bin=str(command))["changed"]

    who, home, working_dir = seen.read_text().splitlines()
    assert who.split()[:2] == [str(uid), str(gid)]
    assert uid == 0 or who == f"{uid} {gid} {gid}"
    assert home == homes[uid]
    assert working_dir == str(open_folder)
    assert path.stat().st_uid == uid
