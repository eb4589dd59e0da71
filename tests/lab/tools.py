# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the tools that the lab needs: a JDK from 17 on, and Maven for the first download of an artifact."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError

OLDEST_JAVA = 17
# Options for every Java of the lab. Start-up is most of their work: the compiler's first tier alone and the simplest
# collector halve its processor time and a third of its memory (Keycloak 26.7.3: 29 s to 15 s, 540 MB to 350 MB).
JAVA_OPTIONS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"]
INSTALL_JDK = (
    f"install a JDK from {OLDEST_JAVA} on (Debian, Ubuntu: apt-get install default-jdk-headless;"
    f" Fedora: dnf install java-21-openjdk-devel) or let JAVA_HOME name one"
)
INSTALL_MAVEN = "install Maven (Debian, Ubuntu: apt-get install maven; Fedora: dnf install maven)"
# These would change the servers' behavior, and are meant for other servers.
FOREIGN = re.compile(r"KC_|KEYCLOAK_|QUARKUS_|CELLS_|JAVA_OPTS|JAVA_ADD_OPENS|STANDIN_")


def cache_directory() -> Path:
    """Return the folder for downloads, ``$XDG_CACHE_HOME/cellsops.sso``. Create it if necessary."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base, "cellsops.sso")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = f"Cannot make the cache folder {path}: {error.strerror}; let XDG_CACHE_HOME name another"
        raise LabError(text) from error
    return path


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without the variables of other servers, and with more."""
    return {name: value for name, value in os.environ.items() if not FOREIGN.match(name)} | more


def spare_the_proxy() -> None:
    """Let this process and what it starts reach the loopback directly, whatever proxy the environment names."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, "localhost", "127.0.0.1"]))


def java() -> str:
    """Return the path of a ``java`` that is part of a JDK from 17 on.

    Raises LabError, with the packages to install, if there is none.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    if found is None:
        raise LabError(f"The lab found no java {f'in JAVA_HOME={home}' if home else 'in PATH'}: {INSTALL_JDK}")
    shown = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = java_version(shown)
    if version is None:
        raise LabError(f"{found} -version said {shown.strip()[:100]!r}, which names no version: {INSTALL_JDK}")
    if version < OLDEST_JAVA:
        raise LabError(f"{found} is Java {version}, too old for Keycloak: {INSTALL_JDK}")
    if not Path(found).resolve().with_name("javac").exists():
        raise LabError(f"{found} is Java {version} without its compiler (a JRE): {INSTALL_JDK}")
    return found


def java_version(shown: str) -> int | None:
    """Return the major version from the output of ``java -version``: 17 from ``"17.0.15"``, 8 from ``"1.8.0_411"``."""
    match = re.search(r'version "(?:1\.)?(\d+)', shown)
    return int(match.group(1)) if match else None


def fetch(artifact: str, target: Path, env: Mapping[str, str] | None = None) -> Path:
    """Fetch a Maven artifact (``group:artifact:version:type``) into the folder target; return its file.

    Raises LabError if Maven is missing or does not get it.
    """
    maven = shutil.which("mvn")
    if maven is None:
        raise LabError(f"The first start downloads {artifact} with Maven, and there is no mvn in PATH: {INSTALL_MAVEN}")
    command = [maven, "-q", "-B", "dependency:get", "dependency:copy", "-Dtransitive=false"]
    command += [f"-Dartifact={artifact}", f"-DoutputDirectory={target}", "-Dmdep.overWriteReleases=true"]
    # Not below a project of anybody's: Maven would read its pom.xml.
    target.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=target, env=env, capture_output=True, text=True, check=False)
    _group, name, version, kind = artifact.split(":")
    file = target / f"{name}-{version}.{kind}"
    if done.returncode != 0 or not file.exists():
        lines = re.sub(r"\033\[[\d;]*m", "", done.stdout + done.stderr).splitlines()
        why = next((line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR]")), "no reason given")
        raise LabError(f"Maven did not get {artifact} (exit code {done.returncode}): {why[:300]}")
    return file


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file path: several labs may start at the same time."""
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
