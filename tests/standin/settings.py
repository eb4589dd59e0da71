# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the stand-in, from its environment and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from standin import defaults
from standin.assumptions import VARIABLES, Assumed
from standin.stores import DEFAULT_STORE, STORES

EDITIONS = {
    "enterprise": ("PydioEnterprise", "Pydio Cells Enterprise Distribution"),
    "home": ("PydioHome", "Pydio Cells Home Edition"),
}
"""Package type and label of each edition; the type of Enterprise is assumed."""

LOG_LEVELS = ("debug", "info", "warn", "error", "production")
ADMIN_PASSWORD = "standin-admin-password-8c1f4be07d2a"


class SettingsError(Exception):
    """A setting that cannot be used; str() is one line."""


@dataclass
class Settings:
    """How the stand-in runs; docs/standin.md explains each setting."""

    working_dir: Path
    store: str = DEFAULT_STORE
    edition: str = "enterprise"
    version: str = ""
    bind: str = "127.0.0.1:0"
    external: str = ""
    admin_user: str = "admin"
    admin_password: str = field(default=ADMIN_PASSWORD, repr=False)
    tls_cert: str = ""
    tls_key: str = ""
    ca_file: str = ""
    log: str = "info"
    username_as_login: str = ""
    refused_seconds: float = 0
    starting_seconds: float = 0
    children: int = 2
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Answers to questions that are not known, by the ids in assumptions.py."""
    assumed: Assumed = field(init=False)

    def __post_init__(self) -> None:
        """Check the values. Raises SettingsError."""
        for name, value, choices in (
            ("STANDIN_STORE", self.store, tuple(STORES)),
            ("STANDIN_EDITION", self.edition, tuple(EDITIONS)),
            ("CELLS_LOG", self.log, LOG_LEVELS),
        ):
            if value not in choices:
                raise SettingsError(f"{name} is {value!r}, but it must be one of {', '.join(choices)}.")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise SettingsError("The TLS certificate and its key must be given both or not at all.")
        try:
            self.assumed = Assumed(self.chosen)
            self.refused_seconds, self.starting_seconds = float(self.refused_seconds), float(self.starting_seconds)
            self.children = int(self.children)
        except ValueError as error:
            raise SettingsError(str(error)) from error
        self.version = self.version or defaults.product_version(self.store)
        self.external = self.external.rstrip("/")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on; port 0 is any free one. Raises SettingsError."""
        host, colon, port = self.bind.rpartition(":")
        if not colon or not port.isdigit() or int(port) > 65535:
            raise SettingsError(f"The address to bind is {self.bind!r}, but it must be host:port.")
        return host.strip("[]") or "127.0.0.1", int(port)

    @property
    def package(self) -> tuple[str, str]:
        """Package type and label."""
        return EDITIONS[self.edition]


ENVIRONMENT = {
    "store": "STANDIN_STORE",
    "edition": "STANDIN_EDITION",
    "version": "STANDIN_VERSION",
    "bind": "CELLS_BIND",
    "external": "CELLS_EXTERNAL",
    "admin_user": "STANDIN_ADMIN_USER",
    "admin_password": "STANDIN_ADMIN_PASSWORD",
    "tls_cert": "CELLS_TLS_CERT_FILE",
    "tls_key": "CELLS_TLS_KEY_FILE",
    "ca_file": "STANDIN_CA_FILE",
    "log": "CELLS_LOG",
    "username_as_login": "CELLS_CONNECTOR_USERNAME_AS_LOGIN",
    "refused_seconds": "STANDIN_REFUSED_SECONDS",
    "starting_seconds": "STANDIN_STARTING_SECONDS",
    "children": "STANDIN_CHILDREN",
}
"""Setting: environment variable. Names with CELLS_ are those of Cells."""

FLAGS = {
    "bind": "bind",
    "external": "external",
    "log": "log",
    "tls_cert_file": "tls_cert",
    "tls_key_file": "tls_key",
}
"""Flag of `cells start`: setting."""


def working_dir(environment: Mapping[str, str]) -> Path:
    """Return the folder where pydio.json is: CELLS_WORKING_DIR, or Cells' place in the home of this user."""
    named = environment.get("CELLS_WORKING_DIR")
    return Path(named) if named else Path.home() / ".config/pydio/cells"


def from_environment(environment: Mapping[str, str], flags: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """Return the settings; flags, by the names of settings, go before the environment. Raises SettingsError."""
    values = {name: environment[variable] for name, variable in ENVIRONMENT.items() if environment.get(variable)}
    chosen = {name: environment[variable] for name, variable in VARIABLES.items() if environment.get(variable)}
    given: dict[str, Any] = {**values, **flags, "chosen": chosen}
    return Settings(working_dir=working_dir(environment), **given)
