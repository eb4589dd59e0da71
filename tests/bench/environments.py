# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepares an environment for each contender: the Python libraries of each collection, and keycloak-config-cli."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import venv
import zipfile
from functools import cache
from pathlib import Path

from lab import tools
from lab.errors import LabError

SETTINGS = Path(__file__).with_name("plays") / "ansible.cfg"
REQUIREMENTS = Path(__file__).with_name("requirements-community.txt")
GET_CONFIG_CLI = (
    "its releases have the jar, and 'mvn package' in its source makes one; Maven Central has none."
    " Name it with --config-cli, or leave this contender out with --without-config-cli"
)


def ansible_environment() -> dict[str, str]:
    """Return an environment in which Ansible takes no setting from the user or from the machine."""
    kept = {name: value for name, value in tools.environment().items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    return kept | {
        "ANSIBLE_CONFIG": str(SETTINGS),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
    }


def own_environment() -> dict[str, str]:
    """Return the environment in which Ansible finds this checkout as a collection, and the lab's own commands work.

    Raises LabError if make did not say where the collection is.
    """
    paths = {name: os.environ.get(name, "") for name in ("ANSIBLE_COLLECTIONS_PATH", "PYTHONPATH")}
    if not all(paths.values()):
        raise LabError(f"Run 'make bench', which sets {' and '.join(paths)}")
    return ansible_environment() | paths


def community() -> Path:
    """Return the folder ``bin`` of an environment with the PyPI package ``ansible``, made the first time (700 MB).

    Raises LabError if pip fails.
    """
    return _environment("community", REQUIREMENTS.read_text(encoding="utf-8"))


@cache
def collection() -> Path:
    """Return the folder ``bin`` of an environment with the libraries that users of this collection install.

    The versions are those of the development environment, whose many other libraries would slow down each start.
    Raises LabError if pip fails.
    """
    pinned = [f"{name}=={importlib.metadata.version(name)}" for name in ("ansible-core", "python-keycloak", "requests")]
    return _environment("collection", "\n".join(pinned))


def _environment(name: str, requirements: str) -> Path:
    """Return the folder ``bin`` of an environment in the cache. requirements: the text of a file for pip."""
    home = tools.cache_directory() / f"bench-{name}-{sys.version_info.major}.{sys.version_info.minor}"
    done = home / "installed.txt"
    with tools.locked(home.with_suffix(".lock")):
        if not done.exists() or done.read_text(encoding="utf-8") != requirements:
            print(f"Installing {name} in {home}", file=sys.stderr)
            venv.create(home, clear=True, with_pip=True)
            file = home / "requirements.txt"
            file.write_text(requirements, encoding="utf-8")
            pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            made = subprocess.run([*pip, "-r", str(file)], capture_output=True, text=True, check=False)
            if made.returncode != 0:
                raise LabError(f"pip did not install {file}: {made.stderr.strip()[-300:]}")
            done.write_text(requirements, encoding="utf-8")
    return home / "bin"


def community_version(binaries: Path) -> str:
    """Return the version of community.general in an environment."""
    pattern = "lib/python*/site-packages/ansible_collections/community/general/MANIFEST.json"
    manifest = next(iter(binaries.parent.glob(pattern)), None)
    if manifest is None:
        raise LabError(f"There is no community.general in {binaries.parent}")
    version: str = json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
    return version


def config_cli_version(jar: Path) -> str:
    """Return the version of keycloak-config-cli that a jar holds. Raises LabError if it holds none."""
    try:
        with zipfile.ZipFile(jar) as packed:
            manifest = packed.read("META-INF/MANIFEST.MF").decode()
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise LabError(f"{jar} is no jar of keycloak-config-cli ({error}): {GET_CONFIG_CLI}") from error
    lines = dict(line.partition(": ")[::2] for line in manifest.splitlines())
    return lines.get("Implementation-Version", "of unknown version").strip()
