# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's pure parts: access log, LDIF, progress, passwords, folders and the command line's refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab import __main__ as command
from lab import ldap_server
from lab.access_log import LoggedRequest, requests_in
from lab.errors import LabError
from lab.lab import Lab
from lab.progress import Progress
from lab.secret import new_password, write_private

LOG = """2026-11-23 21:40:05,000 INFO  [org.keycloak.http.access-log] (executor-thread-1) 127.0.0.1 - - [23/Nov/2026:21:40:04 +0000] "GET /admin/realms?a=b%20c HTTP/1.1" 200 592
2026-11-23 21:40:05,100 INFO  [io.quarkus] (main) Keycloak 26.7.3 on JVM "GET /no HTTP/1.1" 200 1
2026-11-23 21:45:03,614 INFO  [io.quarkus.http.access-log] (executor-thread-22) 127.0.0.1 - lab user [23/Nov/2026:21:45:03 +0000] "PUT /x HTTP/1.1" 204 -
"""  # noqa: E501


def test_requests_of_both_kinds_of_log() -> None:
    assert list(requests_in(LOG.splitlines())) == [
        LoggedRequest("GET", "/admin/realms", "a=b%20c", 200),
        LoggedRequest("PUT", "/x", "", 204),
    ]


def test_groups_are_those_of_the_ldif() -> None:
    ldif = (Path(ldap_server.__file__).parent / "people.ldif").read_text(encoding="utf-8")
    entries = dict(entry.removeprefix("dn: ").split("\n", 1) for entry in ldif.strip().split("\n\n"))
    for user, groups in ldap_server.GROUPS.items():
        lines = entries[f"uid={user},{ldap_server.PEOPLE_DN}"].splitlines()
        member_of = [line.removeprefix("memberOf: ") for line in lines if line.startswith("memberOf: ")]
        assert member_of == [f"cn={group},{ldap_server.GROUPS_DN}" for group in groups]
        assert set(member_of) <= set(entries)
    assert ldap_server.BIND_DN in entries


def test_passwords_in_the_ldif() -> None:
    assert ldap_server.with_passwords("a: @password:x@\nb: @password:y@", {"x": "1", "y": "2"}) == "a: 1\nb: 2"
    with pytest.raises(LabError, match="the passwords of y, which"):
        ldap_server.with_passwords("@password:x@ @password:y@", {"x": "1"})


def test_passwords_are_long_new_and_tell_what_they_are() -> None:
    first, second = new_password("keycloak-admin"), new_password("keycloak-admin")
    assert first != second
    assert first.startswith("lab-keycloak-admin-")
    assert len(first) > 40


def test_private_files(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    write_private(path, "new")
    assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == ("new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_progress_tells_every_few_seconds(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.progress.EVERY", 0.02)
    with Progress("waiting for one") as progress:
        assert _seen(capsys, "waiting for one … 0 s\n")
        progress.tell("waiting for two")
        assert _seen(capsys, "waiting for two … 0 s\n")
        progress.say("two is there")
    assert "two is there\n" in capsys.readouterr().err


def test_quiet_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("waiting", quiet=True) as progress:
        progress.say("nothing")
    assert capsys.readouterr().err == ""


def _seen(capsys: pytest.CaptureFixture[str], text: str) -> bool:
    from lab.process import wait_for

    return wait_for(lambda: text in capsys.readouterr().err, 10, pause=0.03)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cells").mkdir()
    assert command.main(["up", "--dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path} holds files that are not a lab's: name a new folder\n"
    assert [path.name for path in tmp_path.iterdir()] == ["cells"]


@pytest.mark.parametrize("words", [["status"], ["cells", "restart"], ["status", "--json"]])
def test_no_lab(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert command.main([*words, "--dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"There is no lab in {tmp_path}: python -m lab up --dir {tmp_path}\n"


def test_down_succeeds_if_nothing_is_running(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["down", "--dir", str(tmp_path)]) == 0
    assert capsys.readouterr().err == f"nothing ran in {tmp_path}\n"


def test_an_invalid_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["up", "--dir", str(tmp_path / "new"), "--keycloak-version", "latest"]) == 1
    assert capsys.readouterr().err == "Keycloak's version has to look like 26.7.3, not 'latest'\n"


def test_the_state_is_enough_to_attach(tmp_path: Path) -> None:
    lab = Lab(tmp_path, keycloak_version="24.0.5", realm_name="r", access_token_life=7, store="v5-kv-trunc")
    lab.cells._token = "a-token-of-the-unit-tests"
    write_private(tmp_path / "state.json", json.dumps(lab.state()))
    other = Lab.attach(tmp_path)
    assert other.state() == lab.state()
    assert other.issuer == f"http://localhost:{lab.keycloak.port}/realms/r"
    assert [server.running for server in other.servers] == [False] * 3
