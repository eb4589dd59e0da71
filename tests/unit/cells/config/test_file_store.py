# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method file does not change the other content, mode, owner, attributes and links; and its backup."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from support.cells.pydio_json import (
    CLIENT_SECRET,
    SERVICE,
    URL,
    EditAudience,
    clients,
    document,
    in_common,
    rendered,
    set_client,
    static_client,
)

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to another user")
ATTRIBUTE = "user.cellsops.test"


def test_only_the_audience_of_the_client_is_new(edit_audience: EditAudience, config: Path) -> None:
    outcome = edit_audience()

    assert outcome["changed"]
    assert outcome["audience"] == [URL]
    assert outcome["backup_file"] == ""
    assert outcome["actions"] == [f"update static client cells-frontend: audience, in {config}"]
    assert config.read_text(encoding="utf-8") == rendered(set_client(document(), audience=[URL]))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(rendered(document()) + "\n", id="newline at the end"),
        pytest.param(rendered(document()).replace("\n", "\r\n"), id="CRLF"),
        pytest.param(json.dumps(document()), id="one line, ASCII"),
        pytest.param(json.dumps(document(), separators=(",", ":"), ensure_ascii=False), id="no spaces"),
        pytest.param(json.dumps(document(), indent="\t", ensure_ascii=False), id="tabs"),
        pytest.param(rendered(document(clients(**{"$ref": {"$ref": "#/x"}, "new": {"a": None}}))), id="unknown keys"),
        pytest.param(rendered(document()).replace("9007199254740993", "0.10000000000000000001"), id="long fraction"),
        pytest.param(rendered(document()).replace("Déjà", "D\\u00e9j\\ud800"), id="lone surrogate"),
        pytest.param(rendered(document(clients()[::-1])), id="client last"),
        pytest.param(rendered(document([None, *clients(), None])), id="null entries"),
        pytest.param(rendered(document([*clients(), clients()[1]])), id="another client twice"),
        pytest.param(rendered(document([{"client_name": "no id"}, 7, "x", *clients()])), id="no clients"),
    ],
)
def test_every_other_byte_stays_and_comes_back(edit_audience: EditAudience, config: Path, text: str) -> None:
    before = text.encode()
    config.write_bytes(before)
    expected = set_client(json.loads(before), audience=[URL])

    assert edit_audience()["changed"]
    after = config.read_bytes()
    assert in_common(before, after) == len(before)
    assert json.loads(after) == expected
    assert not edit_audience()["changed"]
    assert config.read_bytes() == after

    assert edit_audience(state="absent")["changed"]
    assert config.read_bytes() == before


def test_the_client_is_found_by_its_id(edit_audience: EditAudience, config: Path) -> None:
    assert edit_audience(oauth_client_id="cells-mobile")["static_client"]["client_id"] == "cells-mobile"

    assert static_client(config, "cells-mobile")["audience"] == [URL]
    assert "audience" not in static_client(config)
    assert "audience" not in static_client(config, "cells-sync")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o4700])
def test_the_mode_stays(edit_audience: EditAudience, config: Path, mode: int) -> None:
    config.chmod(mode)

    outcome = edit_audience(backup=True)

    for path in (config, Path(outcome["backup_file"])):
        assert stat.S_IMODE(path.stat().st_mode) == mode


@AS_ROOT
def test_the_owner_stays(edit_audience: EditAudience, config: Path) -> None:
    os.chown(config, 12345, 23456)
    config.chmod(0o2750)

    outcome = edit_audience(backup=True)

    for path in (config, Path(outcome["backup_file"])):
        status = path.stat()
        assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 23456, 0o2750)


def test_extended_attributes_stay(edit_audience: EditAudience, config: Path) -> None:
    try:
        os.setxattr(config, ATTRIBUTE, b"value")
    except OSError:
        pytest.skip("the file system has no extended attributes")

    edit_audience()

    assert os.getxattr(config, ATTRIBUTE) == b"value"


@pytest.mark.parametrize("relative", [True, False])
def test_a_symbolic_link_stays_and_its_target_is_edited(
    edit_audience: EditAudience, config: Path, tmp_path: Path, relative: bool
) -> None:
    target = tmp_path / "elsewhere" / "real.json"
    target.parent.mkdir()
    config.rename(target)
    link = "../elsewhere/real.json" if relative else str(target)
    config.symlink_to(link)

    assert edit_audience()["changed"]

    assert os.readlink(config) == link
    assert not target.is_symlink()
    assert static_client(target)["audience"] == [URL]
    assert list(target.parent.iterdir()) == [target]


def test_nothing_else_is_left_in_the_folder(edit_audience: EditAudience, config: Path) -> None:
    edit_audience()

    assert list(config.parent.iterdir()) == [config]


def test_the_backup_is_the_old_file_in_the_same_folder(edit_audience: EditAudience, config: Path) -> None:
    before = config.read_bytes()

    backup = Path(edit_audience(backup=True)["backup_file"])

    assert backup.parent == config.parent
    assert re.fullmatch(r"pydio\.json\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~", backup.name)
    assert backup.read_bytes() == before
    assert sorted(config.parent.iterdir()) == sorted([config, backup])


@pytest.mark.parametrize(("again", "check"), [(True, False), (False, True)])
def test_there_is_no_backup_if_nothing_is_written(
    edit_audience: EditAudience, config: Path, again: bool, check: bool
) -> None:
    if again:
        edit_audience()

    assert edit_audience(check, backup=True)["backup_file"] == ""
    assert list(config.parent.iterdir()) == [config]


def test_an_unchanged_file_is_not_written(edit_audience: EditAudience, config: Path) -> None:
    edit_audience()
    before = config.stat()

    assert not edit_audience()["changed"]

    after = config.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("check", [True, False])
def test_the_secret_of_a_static_client_is_not_shown(edit_audience: EditAudience, config: Path, check: bool) -> None:
    config.write_text(rendered(document(clients(client_secret=CLIENT_SECRET))))

    outcome = edit_audience(check)

    assert outcome["static_client"]["client_secret"] == "*" * 10
    assert CLIENT_SECRET not in outcome.printed
    assert CLIENT_SECRET in config.read_text()


def test_an_audience_of_the_service_itself_is_not_touched(edit_audience: EditAudience, config: Path) -> None:
    before = document()
    before["services"][SERVICE]["audience"] = ["https://not-this.example.org"]
    config.write_text(rendered(before))

    edit_audience()

    expected: dict[str, Any] = set_client(before, audience=[URL])
    assert json.loads(config.read_bytes()) == expected
