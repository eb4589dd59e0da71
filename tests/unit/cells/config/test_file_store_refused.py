# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method file refuses files that Cells does not use, and files that it may not write, each in one clear line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.cells.pydio_json import NOBODY, SERVICE, URL, AsNobody, EditAudience, clients, document, rendered
from support.module import assert_one_clear_line

WHOLE = rendered(document()).encode()


def with_clients(static_clients: Any) -> bytes:
    config = document()
    config["services"][SERVICE]["staticClients"] = static_clients
    return rendered(config).encode()


def with_service(service: Any) -> bytes:
    return rendered(document() | {"services": {SERVICE: service}}).encode()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", ["is empty"], id="empty"),
        pytest.param(b" \r\n", ["is empty"], id="blank"),
        pytest.param(WHOLE[: len(WHOLE) // 2], ["not complete JSON", "Nothing was written"], id="half a file"),
        pytest.param(WHOLE + b"}", ["not complete JSON"], id="more than a file"),
        pytest.param(b"\xef\xbb\xbf" + WHOLE, ["not complete JSON"], id="byte order mark"),
        pytest.param(b'{"a": ' * 100_000, ["not complete JSON"], id="too deep"),
        pytest.param(WHOLE.replace("Déjà".encode(), b"D\xe9j\xe0"), ["not UTF-8", "Nothing was written"], id="Latin-1"),
        pytest.param(WHOLE.decode().encode("utf-16"), ["not UTF-8"], id="UTF-16"),
        pytest.param(b"[]", ["no version and services"], id="a list"),
        pytest.param(b'"pydio"', ["no version and services"], id="a string"),
        pytest.param(b'{"version": "4.4.13"}', ["no version and services"], id="no services"),
        pytest.param(b'{"services": {}}', ["no version and services"], id="no version"),
        pytest.param(b'{"version": "4.4.13", "services": []}', ["no version and services"], id="services a list"),
        pytest.param(b'{"version": "5.0.0", "services": {}}', ["no list of static clients"], id="never started"),
        pytest.param(with_service("text"), ["no list of static clients"], id="service a string"),
        pytest.param(with_service({}), ["no list of static clients"], id="no clients"),
        pytest.param(with_clients({"0": clients()[0]}), ["no list of static clients"], id="clients an object"),
        pytest.param(with_clients(json.dumps(clients())), ["no list of static clients"], id="clients a string"),
        pytest.param(with_clients([]), ["no static client 'cells-frontend'", "none"], id="no client"),
        pytest.param(with_clients([None, None]), ["no static client 'cells-frontend'"], id="only null"),
        pytest.param(with_clients(clients()[1:]), ["cells-sync, cells-mobile"], id="other clients only"),
        pytest.param(
            with_clients([*clients(), clients()[0]]), ["2 static clients 'cells-frontend'", "at 0, 3"], id="twice"
        ),
    ],
)
def test_a_file_that_cells_does_not_live_from_is_refused(
    edit_audience: EditAudience, config: Path, content: bytes, words: list[str], check: bool
) -> None:
    config.write_bytes(content)

    assert_one_clear_line(edit_audience(check, backup=True), str(config), *words)

    assert config.read_bytes() == content
    assert list(config.parent.iterdir()) == [config]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("audience", ["https://a.example.org", {"0": "https://a.example.org"}, [["x"]], [7], True])
def test_an_audience_that_is_no_list_of_strings_is_refused_unless_it_is_to_be_replaced(
    edit_audience: EditAudience, config: Path, audience: Any, check: bool
) -> None:
    content = rendered(document(clients(audience=audience)))
    config.write_text(content)

    for options in ({}, {"state": "absent"}, {"state": "absent", "mode": "exact"}):
        assert_one_clear_line(edit_audience(check, **options), "not a list of strings", "Mode exact")
        assert config.read_text() == content

    assert edit_audience(check, mode="exact")["audience"] == [URL]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("where", ["pydio.json", "no/such/folder/pydio.json"])
def test_a_missing_file_is_one_line_and_none_is_made(
    edit_audience: EditAudience, tmp_path: Path, where: str, check: bool
) -> None:
    path = tmp_path / where

    assert_one_clear_line(edit_audience(check, config_path=str(path)), f"there is no {path}", "working directory")

    assert not path.exists()
    assert not path.parent.exists() or path.parent == tmp_path


def test_a_folder_in_the_files_place_is_one_line(edit_audience: EditAudience, tmp_path: Path) -> None:
    assert_one_clear_line(edit_audience(config_path=str(tmp_path)), str(tmp_path), "cannot be read")


def test_a_dangling_link_is_one_line_and_stays(edit_audience: EditAudience, config: Path) -> None:
    config.unlink()
    config.symlink_to("gone.json")

    assert_one_clear_line(edit_audience(), f"there is no {config}")
    assert config.is_symlink()


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        ([""], "is not a URL"),
        (["https://cells.example.org/ path"], "is not a URL"),
        (["https://cells\u200b.example.org"], "is not a URL"),
        ([URL, "a\tb"], "is not a URL"),
        ([], "at least one URL"),
        (None, "at least one URL"),
    ],
)
def test_an_audience_that_would_break_cells_is_refused(
    edit_audience: EditAudience, config: Path, audience: Any, words: str
) -> None:
    before = config.read_bytes()

    assert_one_clear_line(edit_audience(audience=audience), "audience:", words)
    assert config.read_bytes() == before


@pytest.mark.parametrize("check", [True, False])
def test_mode_exact_without_the_option_audience_clears_nothing(
    edit_audience: EditAudience, config: Path, check: bool
) -> None:
    before = rendered(document(clients(audience=[URL])))
    config.write_text(before)

    edit_audience(check, audience=None, mode="exact")

    assert config.read_text() == before


@pytest.mark.parametrize("backup", [True, False])
def test_a_folder_that_may_not_be_written_is_one_line(
    edit_audience: EditAudience, unprivileged: AsNobody, open_folder: Path, backup: bool
) -> None:
    path = open_folder / "pydio.json"
    path.write_bytes(WHOLE)
    path.chmod(0o666)
    open_folder.chmod(0o555)

    with unprivileged():
        outcome = edit_audience(config_path=str(path), backup=backup)
        predicted = edit_audience(check=True, config_path=str(path), backup=backup)

    assert_one_clear_line(outcome, str(path), "Permission denied")
    assert predicted["changed"]
    assert path.read_bytes() == WHOLE
    assert list(open_folder.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has two users at hand")
def test_a_file_whose_owner_cannot_be_kept_is_one_line(
    edit_audience: EditAudience, unprivileged: AsNobody, open_folder: Path
) -> None:
    path = open_folder / "pydio.json"
    path.write_bytes(WHOLE)
    path.chmod(0o666)
    os.chown(open_folder, NOBODY, NOBODY)

    with unprivileged():
        outcome = edit_audience(config_path=str(path))

    assert_one_clear_line(outcome, str(path), "cannot be replaced", "Operation not permitted", "It was not changed")
    assert path.read_bytes() == WHOLE
    assert path.stat().st_uid == 0
    assert list(open_folder.iterdir()) == [path]


def test_a_file_that_may_not_be_read_is_one_line(
    edit_audience: EditAudience, unprivileged: AsNobody, open_folder: Path
) -> None:
    path = open_folder / "pydio.json"
    path.write_bytes(WHOLE)
    path.chmod(0)

    with unprivileged():
        assert_one_clear_line(edit_audience(config_path=str(path)), str(path), "cannot be read: Permission denied")
