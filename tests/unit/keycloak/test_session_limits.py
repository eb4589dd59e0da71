# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session timeouts of a client above those of its realm, which Keycloak refuses since 26.5."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.client_script import COMPUTED, MODULE, arguments, client, reads
from support.keycloak.scripted import URL, Script
from support.module import RunModule, assert_one_clear_line

IDLE, LIFESPAN = "client.session.idle.timeout", "client.session.max.lifespan"
REALM = {
    "ssoSessionIdleTimeout": 1800,
    "ssoSessionIdleTimeoutRememberMe": 7200,
    "ssoSessionMaxLifespan": 36000,
    "rememberMe": False,
}


def shows_version(script: Script, version: str | None) -> None:
    script.mock.get(f"{URL}/admin/serverinfo", json={"systemInfo": {"version": version}} if version else {})


def test_a_timeout_above_that_of_the_realm_stops_a_run_before_the_write_and_check_mode_warns(
    keycloak: Script, run_module: RunModule
) -> None:
    wish = arguments(attributes={IDLE: 1801, LIFESPAN: 36000})
    for _run in range(2):
        reads(keycloak, client())
        keycloak.get("", REALM)
        shows_version(keycloak, "26.7.3")

    stopped = run_module(MODULE, wish)
    promised = run_module(MODULE, wish, check=True)

    assert_one_clear_line(stopped, IDLE, "1801 seconds", "realm cells", "1800 (ssoSessionIdleTimeout)")
    assert LIFESPAN not in stopped.msg
    [warning] = promised.warnings
    assert IDLE in warning


@pytest.mark.parametrize(
    ("realm", "version", "asked", "warned"),
    [
        (REALM, "26.4.7", True, False),
        # From 26.4 on, most accounts do not see the version. Keycloak itself decides.
        (REALM, None, True, True),
        ({**REALM, "rememberMe": True}, "26.7.3", False, False),
    ],
    ids=["an older server", "a server without a version", "a realm that remembers"],
)
def test_a_timeout_that_the_server_may_take_is_sent(
    realm: dict[str, Any],
    version: str | None,
    asked: bool,
    warned: bool,
    *,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    before = client(attributes={})
    after = client(attributes={IDLE: "3600"})
    reads(keycloak, before)
    keycloak.get("", realm)
    if asked:
        shows_version(keycloak, version)
    keycloak.put("clients/client-uuid", {"attributes": {IDLE: "3600"}, "frontchannelLogout": True})
    reads(keycloak, after)

    outcome = run_module(MODULE, arguments(attributes={IDLE: 3600}))

    assert outcome["changed"] is True
    assert [IDLE in warning and "26.5 and newer" in warning for warning in outcome.warnings] == [True] * warned


def test_a_timeout_that_stays_is_not_looked_into(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(attributes={**COMPUTED, IDLE: "999999"}))

    assert run_module(MODULE, arguments(attributes={IDLE: 999999}))["changed"] is False
