# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tools that the lab needs are found, or one line says what to install."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab import tools
from lab.errors import LabError
from lab.keycloak_dist import install, parse_version


def _script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a shell and nothing else in PATH; return the folder for more programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


@pytest.mark.parametrize(
    ("shown", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime', 17),
        ('java version "1.8.0_411"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "25-ea"', 25),
        ("no such thing", None),
    ],
)
def test_java_version(shown: str, version: int | None) -> None:
    assert tools.java_version(shown) == version


def test_no_java(machine: Path) -> None:
    with pytest.raises(LabError, match=r"^The lab found no java in PATH: install a JDK from 17 on .*apt-get install"):
        tools.java()


def test_java_home_without_java(machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    with pytest.raises(LabError, match=r"no java in JAVA_HOME=.*/gone: install a JDK"):
        tools.java()


def test_old_java(machine: Path) -> None:
    _script(machine / "java", "echo 'openjdk version \"11.0.2\"' >&2")
    with pytest.raises(LabError, match=r"java is Java 11, too old for Keycloak: install a JDK from 17 on"):
        tools.java()


def test_a_runtime_without_compiler(machine: Path) -> None:
    _script(machine / "java", "echo 'openjdk version \"21.0.1\"' >&2")
    with pytest.raises(LabError, match=r"Java 21 without its compiler \(a JRE\): install a JDK"):
        tools.java()
    _script(machine / "javac", "")
    assert tools.java() == str(machine / "java")


def test_no_maven(machine: Path, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"downloads g:a:1:jar with Maven, and there is no mvn in PATH: install Maven"):
        tools.fetch("g:a:1:jar", tmp_path / "target")


def test_maven_that_fails_says_why(machine: Path, tmp_path: Path) -> None:
    _script(machine / "mvn", "printf '\\033[1;31m[ERROR]\\033[m noise\\n[ERROR] Could not find it\\n'; exit 1")
    with pytest.raises(LabError, match=r"^Maven did not get g:a:1:jar \(exit code 1\): noise$"):
        tools.fetch("g:a:1:jar", tmp_path / "target")


def test_maven_gets_it(machine: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    _script(machine / "mvn", f'echo "$@" >> {asked}; echo content > {tmp_path}/target/a-1.jar')
    assert tools.fetch("g:a:1:jar", tmp_path / "target").read_text() == "content\n"
    assert "-q -B dependency:get dependency:copy" in asked.read_text()
    assert "-Dartifact=g:a:1:jar" in asked.read_text()


def test_a_built_version_needs_no_maven_and_no_build(machine: Path, tmp_path: Path) -> None:
    home = tmp_path / "cache/cellsops.sso/keycloak-26.7.3"
    home.mkdir(parents=True)
    (home / ".built").touch()
    assert install("26.7.3", "java") == home


def test_half_a_distribution_is_made_again(machine: Path, tmp_path: Path) -> None:
    home = tmp_path / "cache/cellsops.sso/keycloak-26.7.3"
    (home / "lib").mkdir(parents=True)
    with pytest.raises(LabError, match="there is no mvn"):
        install("26.7.3", "java")
    assert not home.exists()


@pytest.mark.parametrize(("version", "release"), [("26.7.3", (26, 7)), ("22.0.5", (22, 0)), ("100.1.0", (100, 1))])
def test_versions(version: str, release: tuple[int, int]) -> None:
    assert parse_version(version) == release


@pytest.mark.parametrize("version", ["26", "26.7", "nightly", "26.7.3.Final", "../../x", ""])
def test_text_that_is_not_a_version(version: str) -> None:
    with pytest.raises(LabError, match=r"has to look like 26\.7\.3, not"):
        parse_version(version)


def test_a_version_that_is_too_old() -> None:
    with pytest.raises(LabError, match=r"from 22\.0 on, not 21\.1\.2"):
        parse_version("21.1.2")


def test_a_server_gets_no_settings_of_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KC_DB", "KEYCLOAK_ADMIN", "QUARKUS_X", "JAVA_OPTS_APPEND", "CELLS_BIND", "STANDIN_STORE", "OTHER"):
        monkeypatch.setenv(name, "foreign")
    env = tools.environment(KC_DB="dev-mem")
    assert {name: value for name, value in env.items() if value == "foreign"} == {"OTHER": "foreign"}
    assert env["KC_DB"] == "dev-mem"


def test_the_loopback_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "intra.example.org")
    monkeypatch.setenv("NO_PROXY", "")
    tools.spare_the_proxy()
    tools.spare_the_proxy()
    assert os.environ["no_proxy"] == "intra.example.org,localhost,127.0.0.1"
    assert os.environ["NO_PROXY"] == "localhost,127.0.0.1"
