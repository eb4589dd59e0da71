# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords of one run and files that only their owner reads."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from lab.errors import LabError


def new_password(purpose: str) -> str:
    """Return a long password that names its purpose, so that a leak in an output is found and understood at once."""
    return f"lab-{purpose}-{secrets.token_hex(16)}"


def write_private(path: Path, text: str) -> None:
    """Write text to path with mode 0600, by rename: a reader sees the old text or the new one, never half of it."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


def private_directory(path: Path) -> Path:
    """Create the folder path and its parents with mode 0700 if necessary, and return it.

    Raises LabError if that cannot be.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"Cannot make the folder {path}: {error.strerror}") from error
    return path
