# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Keycloak on a free port of the loopback interface."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from lab import process, tools
from lab.access_log import LoggedRequest, requests_in
from lab.errors import LabError
from lab.keycloak_dist import BUILD_OPTIONS, install, parse_version
from lab.secret import new_password
from lab.server import Server

NEWEST = "26.7.3"
# Since then Keycloak has an option for its access log.
OWN_ACCESS_LOG = (26, 4)
MARK = "/realms/master/lab-mark-"
# As bin/kc.sh calls Java. Without that script in between, the recorded process is the server itself.
OPENS = ["java.base/java.util", "java.base/java.util.concurrent", "java.base/java.security", "java.base/java.lang"]
PROPERTIES = {
    "java.security.egd": "file:/dev/urandom",
    "java.util.concurrent.ForkJoinPool.common.threadFactory": (
        "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"
    ),
    "java.util.logging.manager": "org.jboss.logmanager.LogManager",
    "picocli.disable.closures": "true",
    "user.country": "US",
    "user.language": "en",
}


@dataclass(frozen=True)
class Tls:
    """Files in PEM form for a Keycloak that also listens on https.

    client_ca: the authority whose clients it lets in. client_auth: ``request`` or ``required`` if it asks for them.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None
    client_auth: str = "none"


class Keycloak(Server):
    """Keycloak with an admin in the realm ``master``, its database in memory.

    tls: the files for https on ``https_port``. Keycloak still uses its plain URL as its own. version: which one, from
    22.0.0 on. access_log: whether each request is logged (``requests_since`` needs it). outlives_stop: the database is
    a file, and there again after stop and start. features: the names of optional features, separated by commas.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        version: str = NEWEST,
        port: int | None = None,
        admin_password: str | None = None,
        access_log: bool = True,
        tls: Tls | None = None,
        outlives_stop: bool = False,
        features: str = "",
    ) -> None:
        super().__init__(directory)
        self.version = version
        self._release = parse_version(version)
        self.port = port or process.free_port()
        self.url = f"http://localhost:{self.port}"
        self.admin_username = "lab-admin"
        self.admin_password = admin_password or new_password("keycloak-admin")
        self.access_log = access_log
        self.tls = tls
        self.outlives_stop = outlives_stop
        self.features = features
        self.https_port = process.free_port() if tls else 0
        self.title = f"Keycloak {version}"
        self._java = ""
        self._distribution: Path | None = None

    @classmethod
    def attach(cls, directory: Path, state: dict[str, Any]) -> Keycloak:
        """Return the Keycloak that another process started, from the result of ``state`` there."""
        return cls(directory, **{name: state[name] for name in ("version", "port", "admin_password", "access_log")})

    def state(self) -> dict[str, Any]:
        """Return addresses and the admin's account."""
        names = ("url", "version", "port", "admin_username", "admin_password", "access_log")
        return {name: getattr(self, name) for name in names} | {"log": str(self.log)}

    def issuer(self, realm: str) -> str:
        """Return the issuer of a realm, as its discovery document has it (row C4)."""
        return f"{self.url}/realms/{realm}"

    def prepare(self) -> None:
        """Fetch and build the distribution, the first time."""
        self._java = tools.java()
        client_auth = self.tls.client_auth if self.tls else "none"
        self._distribution = install(self.version, self._java, client_auth, self.features)

    def launch(self) -> None:
        """Start Keycloak with its own home, so that its files do not mix with those of other runs."""
        if self._distribution is None:
            self.prepare()
        home = self._make_home()
        settings = PROPERTIES | {"kc.home.dir": str(home), "jboss.server.config.dir": str(home / "conf")}
        command = [
            *[self._java, "-Xms64m", "-Xmx512m", "-XX:MaxMetaspaceSize=256m", "-XX:+ExitOnOutOfMemoryError"],
            *tools.JAVA_OPTIONS,
            *[f"--add-opens={package}=ALL-UNNAMED" for package in OPENS],
            *[f"-D{name}={value}" for name, value in settings.items()],
            *["-cp", str(home / "lib/quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint"],
            *["start", "--optimized"],
        ]
        process.launch(command, self.directory, self.log, tools.environment(**self._options()))

    def _options(self) -> dict[str, str]:
        """Return Keycloak's options as environment variables.

        So no password stands on a command line, and a version that does not know one passes it over.
        """
        options = BUILD_OPTIONS | {
            "KC_HTTP_ENABLED": "true",
            "KC_HTTP_HOST": "127.0.0.1",
            "KC_HTTP_PORT": str(self.port),
            "KC_HOSTNAME_STRICT": "false",
        }
        if self.outlives_stop:
            options["KC_DB_URL"] = f"jdbc:h2:file:{self.directory / 'database'};NON_KEYWORDS=VALUE"
        if self.tls:
            options |= {
                "KC_HTTPS_PORT": str(self.https_port),
                "KC_HTTPS_CERTIFICATE_FILE": str(self.tls.certificate),
                "KC_HTTPS_CERTIFICATE_KEY_FILE": str(self.tls.key),
                "KC_HTTPS_CLIENT_AUTH": self.tls.client_auth,
            }
            if self.tls.client_ca:
                options["KC_TRUSTSTORE_PATHS"] = str(self.tls.client_ca)
        if self.features:
            options["KC_FEATURES"] = self.features
        if self._release >= OWN_ACCESS_LOG:
            options["KC_HTTP_ACCESS_LOG_ENABLED"] = str(self.access_log).lower()
        if self._release >= (25, 0):
            options["KC_HOSTNAME"] = self.url
        else:
            options |= {"KC_HOSTNAME_URL": self.url, "KC_HOSTNAME_ADMIN_URL": self.url}
        admin = ("KC_BOOTSTRAP_ADMIN_USERNAME", "KC_BOOTSTRAP_ADMIN_PASSWORD")
        if self._release < (26, 0):
            admin = ("KEYCLOAK_ADMIN", "KEYCLOAK_ADMIN_PASSWORD")
        return options | dict(zip(admin, (self.admin_username, self.admin_password), strict=True))

    def _make_home(self) -> Path:
        assert self._distribution is not None
        home = self.directory / "home"
        home.mkdir(exist_ok=True)
        for name in ("lib", "providers", "themes"):
            link = home / name
            link.unlink(missing_ok=True)
            link.symlink_to(self._distribution / name)
        conf = home / "conf"
        conf.mkdir(exist_ok=True)
        if self._release < OWN_ACCESS_LOG and self.access_log:
            # Quarkus below has had the log all along.
            (conf / "quarkus.properties").write_text("quarkus.http.access-log.enabled=true\n", encoding="utf-8")
        return home

    def ready(self) -> bool:
        """Whether the realm master answers; the port alone opens seconds earlier."""
        try:
            return requests.get(f"{self.url}/realms/master", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def mark(self) -> int:
        """Return the present end of the log, for ``requests_since``."""
        self._settle()
        return self.log.stat().st_size

    def requests_since(self, mark: int) -> list[LoggedRequest]:
        """Return the requests that Keycloak served since mark, in order.

        Raises LabError if the access log is off.
        """
        self._settle()
        with self.log.open("rb") as file:
            file.seek(mark)
            lines = file.read().decode("utf-8", errors="replace").splitlines()
        return [request for request in requests_in(lines) if not request.path.startswith(MARK)]

    def _settle(self) -> None:
        """Wait until every request answered before has its line: make one more, and wait for that one's."""
        if not self.access_log:
            raise LabError("This Keycloak was started without its access log: no request can be counted")
        path = f"{MARK}{secrets.token_hex(8)}"
        requests.get(f"{self.url}{path}", timeout=10)
        if not process.wait_for(lambda: path.encode() in self._tail(), 10, pause=0.02):
            raise LabError(f"Keycloak answered GET {path}, and within 10 s its log does not show it: {self.log}")
        time.sleep(0.05)

    def _tail(self, size: int = 20_000) -> bytes:
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - size))
            return file.read()
