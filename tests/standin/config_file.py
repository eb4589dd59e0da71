# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file pydio.json, read and written as Cells does it: whole, in place, without a lock."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from standin import defaults, go_json

NAME = "pydio.json"
VAULT_KEY = "cells-vault-key"
VAULT = "pydio-vault.json"


class ConfigFileError(Exception):
    """A configuration that cannot be opened or written; str() is one line."""


class ConfigFile:
    """One pydio.json and the store that goes with it."""

    def __init__(self, folder: Path, store: str) -> None:
        """Take the working directory, which is made when it is missing, and the store's name."""
        self.folder = folder
        self.path = folder / NAME
        self.store = store

    def load(self) -> Any:
        """Return the configuration; if there is none, or an empty file, a new one that is written at once.

        As in Cells, opening leaves a key file beside it. Raises ConfigFileError.
        """
        try:
            self.open_keyring()
            text = self.path.read_text("utf-8", "replace") if self.path.exists() else ""
        except OSError as error:
            raise ConfigFileError(f"{error.filename}: {error.strerror}") from error
        if not text.strip():
            root = defaults.sample(self.store)
            self.save(root)
            return root
        try:
            return go_json.loads(text)
        except go_json.GoJsonError as error:
            raise ConfigFileError(f"{self.path}: {error}") from error

    def save(self, root: Any) -> None:
        """Write the whole configuration over the file, which keeps its mode and owner. Raises ConfigFileError."""
        mode = 0o644 if self.store == "v4-tree" else 0o600
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            with open(descriptor, "w", encoding="utf-8", newline="") as stream:
                stream.write(go_json.dumps(root))
        except OSError as error:
            raise ConfigFileError(f"{self.path}: {error.strerror}") from error

    def open_keyring(self) -> bool:
        """Make the key file and the vault if they are missing. Return whether that was so."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key, vault = self.folder / VAULT_KEY, self.folder / VAULT
        if key.exists():
            return False
        master = {"keyring.master": base64.b64encode(secrets.token_bytes(50)).decode()}
        key.write_text(json.dumps({"pydio.grpc.user-key": master}), "utf-8")
        vault.write_text("{}", "utf-8")
        return True
