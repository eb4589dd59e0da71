# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keycloak's distribution in the cache: fetched, unpacked and built once for each version."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from lab import tools
from lab.errors import LabError

OLDEST = (22, 0)
# A database in memory: each server begins empty, and several can run from one distribution.
BUILD_OPTIONS = {"KC_DB": "dev-mem", "KC_CACHE": "local"}


def parse_version(version: str) -> tuple[int, int]:
    """Return (major, minor) of a version such as ``26.7.3``.

    Raises LabError for an invalid version, and for one older than 22.
    """
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    if match is None:
        raise LabError(f"Keycloak's version has to look like 26.7.3, not {version!r}")
    found = int(match.group(1)), int(match.group(2))
    if found < OLDEST:
        raise LabError(f"The lab runs Keycloak from 22.0 on, not {version}")
    return found


def install(version: str, java: str, client_auth: str = "none", features: str = "") -> Path:
    """Return the folder of a Keycloak version. Fetch and build it first if necessary.

    client_auth: whether it asks for a client's certificate (``none``, ``request``, ``required``), which is built in.
    features: the names of optional features, separated by commas, which are built in too.
    Nothing in it changes afterwards. Takes a minute the first time (about 170 MB to download); then no time at all.
    Raises LabError if Maven or the build fails.
    """
    parse_version(version)
    if client_auth != "none":
        return _install_variant(version, java, f"client-auth-{client_auth}", {"KC_HTTPS_CLIENT_AUTH": client_auth})
    if features:
        return _install_variant(version, java, features.replace(",", "-"), {"KC_FEATURES": features})
    cache = tools.cache_directory()
    home = cache / f"keycloak-{version}"
    done = home / ".built"
    with tools.locked(cache / f"keycloak-{version}.lock"):
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            downloads = cache / f"download-keycloak-{version}"
            archive = tools.fetch(f"org.keycloak:keycloak-quarkus-dist:{version}:tar.gz", downloads)
            with tarfile.open(archive) as packed:
                # Python 3.11.2 of Debian 12 does not filter yet.
                packed.extraction_filter = getattr(tarfile, "data_filter", None)
                packed.extractall(cache)
            # Maven keeps its own copy.
            shutil.rmtree(downloads)
            _build(home, version, java, BUILD_OPTIONS)
            done.touch()
    return home


def _install_variant(version: str, java: str, name: str, build_options: Mapping[str, str]) -> Path:
    """Return the folder of a version with other build options."""
    plain = install(version, java)
    home = plain.with_name(f"{plain.name}-{name}")
    done = home / ".built"
    with tools.locked(home.with_name(f"{home.name}.lock")):
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(plain, home, ignore=shutil.ignore_patterns(".built"))
            _build(home, version, java, {**BUILD_OPTIONS, **build_options})
            done.touch()
    return home


def _build(home: Path, version: str, java: str, build_options: Mapping[str, str]) -> None:
    options = " ".join(tools.JAVA_OPTIONS)
    env = tools.environment(**build_options, JAVA=java, JAVA_OPTS=f"-Xmx768m {options}")
    built = subprocess.run([str(home / "bin/kc.sh"), "build"], env=env, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        lines = [line for line in (built.stdout + built.stderr).splitlines() if line.strip()] or ["it printed nothing"]
        why = next((line for line in lines if "ERROR" in line), lines[-1])
        raise LabError(f"Keycloak {version}: 'kc.sh build' ended with exit code {built.returncode}: {why[:300]}")
