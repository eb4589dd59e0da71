# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``molecule test`` without make: if something is missing, one line says what to run first."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.playbook import Run, run_playbook

pytestmark = pytest.mark.thorough

MOLECULE = Path(__file__).parents[2] / "extensions/molecule"


def create(folder: Path, engine: str) -> Run:
    """Run the playbook that creates the containers, with a container engine."""
    arguments = (MOLECULE / "default/create.yml", {}, folder, "--inventory", str(MOLECULE / "inventory"))
    return run_playbook(*arguments, CONTAINER_ENGINE=engine)


def test_without_an_engine(tmp_path: Path) -> None:
    run = create(tmp_path, "no-such-engine")

    assert run.failure.startswith("no-such-engine does not run (")
    assert run.failure.endswith("): first install podman (docs/molecule.md), or set CONTAINER_ENGINE=docker.")
    assert "\n" not in run.failure


def test_without_images(tmp_path: Path) -> None:
    """An engine without images: the message names the command that builds them, and the missing images."""
    engine = tmp_path / "engine"
    engine.write_text('#!/bin/sh\n[ "$1" = version ]\n', encoding="utf-8")
    engine.chmod(0o755)

    run = create(tmp_path, str(engine))

    build = f"{MOLECULE / 'images/build'} debian host keycloak openldap api cells"
    assert run.failure.endswith(f': first run "{build}".'), run.failure
    assert "\n" not in run.failure
