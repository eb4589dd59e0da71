# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real LDAP server in memory, with the people and groups of ``people.ldif``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab import process, tools
from lab.errors import LabError
from lab.secret import new_password, write_private
from lab.server import Server

HERE = Path(__file__).parent
SDK = "7.0.3"
BASE_DN = "dc=example,dc=org"
PEOPLE_DN = f"ou=people,{BASE_DN}"
GROUPS_DN = f"ou=test-pydio-cells,{BASE_DN}"
BIND_DN = f"cn=keycloak,ou=services,{BASE_DN}"
# Who is there, and the names of their groups, as people.ldif has it.
GROUPS = {"dora": ["Test_DEM_WebUsers", "Test_Etrange_Gov"], "emil": ["Test_DEM_WebUsers"], "nora": []}
DEMO_USER = "dora"
PLACE = re.compile(r"@password:(\w+)@")


class Ldap(Server):
    """UnboundID's in-memory LDAP server.

    passwords: those of ``bind`` (the account with which Keycloak reads) and of each user. Missing ones are generated.
    more: entries besides those of ``people.ldif``, as LDIF.
    """

    title = "LDAP"

    def __init__(
        self,
        directory: Path | None = None,
        port: int | None = None,
        passwords: Mapping[str, str] | None = None,
        more: str = "",
    ) -> None:
        super().__init__(directory)
        self.port = port or process.free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.base_dn, self.people_dn, self.groups_dn, self.bind_dn = BASE_DN, PEOPLE_DN, GROUPS_DN, BIND_DN
        self.passwords = dict(passwords or {name: new_password(f"ldap-{name}") for name in ("bind", *GROUPS)})
        self._more = more
        self._java = ""
        self._jar = Path()

    @classmethod
    def attach(cls, directory: Path, state: dict[str, Any]) -> Ldap:
        """Return the LDAP server that another process started, from the result of ``state`` there."""
        return cls(directory, state["port"], state["users"] | {"bind": state["bind_password"]})

    @property
    def bind_password(self) -> str:
        """The password of bind_dn."""
        return self.passwords["bind"]

    @property
    def users(self) -> dict[str, str]:
        """The passwords of the users, by user name."""
        return {name: self.passwords[name] for name in GROUPS}

    def state(self) -> dict[str, Any]:
        """Return addresses and accounts."""
        names = ("url", "port", "base_dn", "people_dn", "groups_dn", "bind_dn", "bind_password", "users")
        return {name: getattr(self, name) for name in names}

    def group_dn(self, name: str) -> str:
        """Return the DN of a group, as it stands in ``memberOf``."""
        return f"cn={name},{GROUPS_DN}"

    def prepare(self) -> None:
        """Fetch the library, the first time (6 MB)."""
        self._java = tools.java()
        cache = tools.cache_directory()
        self._jar = cache / f"unboundid-ldapsdk-{SDK}.jar"
        with tools.locked(cache / "ldapsdk.lock"):
            if not self._jar.exists():
                downloads = cache / "download-ldapsdk"
                tools.fetch(f"com.unboundid:unboundid-ldapsdk:{SDK}:jar", downloads).rename(self._jar)
                downloads.rmdir()

    def launch(self) -> None:
        """Start the server. Java runs it from its source, and no password stands on the command line."""
        if not self._java:
            self.prepare()
        ldif = self.directory / "people.ldif"
        people = (HERE / "people.ldif").read_text(encoding="utf-8")
        write_private(ldif, with_passwords(f"{people}\n{self._more}", self.passwords))
        options = {"port": self.port, "baseDn": BASE_DN, "ldif": ldif, "accessLog": self.directory / "access.log"}
        properties = self.directory / "server.properties"
        write_private(properties, "".join(f"{name}={value}\n" for name, value in options.items()))
        command = [self._java, "-Xmx96m", *tools.JAVA_OPTIONS, "-cp", str(self._jar)]
        command += [str(HERE / "InMemoryLdap.java"), str(properties)]
        process.launch(command, self.directory, self.log, tools.environment())

    def ready(self) -> bool:
        """Whether it takes connections, which it does only when all entries are there."""
        return process.takes_connections(self.port)


def with_passwords(ldif: str, passwords: Mapping[str, str]) -> str:
    """Return an LDIF with each ``@password:NAME@`` replaced.

    Raises LabError for a name without a password.
    """
    missing = {name for name in PLACE.findall(ldif) if name not in passwords}
    if missing:
        raise LabError(f"The LDIF asks for the passwords of {', '.join(sorted(missing))}, which there are not")
    return PLACE.sub(lambda match: passwords[match.group(1)], ldif)
