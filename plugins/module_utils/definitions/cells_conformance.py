# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_conformance: its options and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.checks import Checks
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.report import as_markdown, make_report
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.throw_away import ThrowAway
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession

SKIPPED = "Check mode creates nothing on the servers, so it cannot check anything there."


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    options = call.options
    keycloak, cells = KeycloakSession(options, options["realm"]), CellsSession(options)
    _check_instance(cells.url, options["test_instance"])
    made = ThrowAway(keycloak, cells, options["run"])
    warnings = [*keycloak.warnings, *cells.warnings]
    if call.check_mode:
        return Answer({"changed": False, "skipped": True, "msg": SKIPPED}, warnings)
    if options["state"] == "absent":
        return Answer(_removed(made), warnings)
    return Answer(_examined(made, keycloak, cells, options), warnings)


def _check_instance(url: str, test_instance: str) -> None:
    """Refuse a server that its owner has not named as one for tests. Raises InvalidInput."""
    host = urlsplit(url).hostname
    if test_instance.strip().lower() != host:
        raise InvalidInput(
            f"test_instance is {test_instance!r}, but the host of cells_url is {host!r}. The kit creates and removes "
            "objects, so it only runs on a Cells that you have named as a test instance."
        )


def _removed(made: ThrowAway) -> dict[str, Any]:
    left = made.remove()
    if left:
        raise SsoError(
            f"Not removed: {', '.join(left)}. Each name begins with {made.name}: remove these objects yourself."
        )
    return {"changed": False}


def _examined(
    made: ThrowAway, keycloak: KeycloakSession, cells: CellsSession, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Create the objects, run the checks, remove the objects in any case, and return report and markdown."""
    # The first call also tells a Cells without connectors, before anything is made.
    cells.get("config", "oauth2connectors")
    versions = _versions(keycloak, cells)
    path = f"realms/{quote(options['realm'], safe='')}/.well-known/openid-configuration"
    issuer = keycloak.connection.raw_get(path).json()["issuer"]
    browser = {**options, "keycloak_url": options["keycloak_url"] or options["auth_keycloak_url"]}
    checks = Checks(made, cells, issuer, browser)
    try:
        made.make()
        checks.run()
    finally:
        left = made.remove()
    made_at = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    report = make_report(versions, made_at, checks.answers, checks.reasons, left)
    return {"changed": bool(left), "report": report, "markdown": as_markdown(report)}


def _versions(keycloak: KeycloakSession, cells: CellsSession) -> dict[str, str]:
    """Return the versions of both servers, "unknown" for one that is not shown."""
    backend = cells.get("frontend", "bootconf").get("backend") or {}
    try:
        version = keycloak.version()
    except SsoError:
        version = "unknown"
    return {"Cells": str(backend.get("Version") or "unknown"), "Keycloak": version}


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        **cells_argument_spec(
            realm={"type": "str", "required": True},
            keycloak_url={"type": "str", "default": "", "no_log": False},
            state={"type": "str", "choices": ["present", "absent"], "default": "present"},
            test_instance={"type": "str", "required": True},
            run={"type": "str", "required": True},
            cells_log={"type": "path", "default": ""},
            settle_time={"type": "float", "default": 2},
        )
    ),
    answer=answer,
)
