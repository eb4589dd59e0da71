# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each call of each module meets each fault: it ends right or in one line, and the next run leads to the same state."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab import process
from lab.fault_proxy import FAULTS, FaultProxy, fault_proxy
from lab.keycloak_server import Keycloak
from lab.site import Site, make_site
from support.module import assert_one_clear_line, call_module
from support.role import not_ok, run_role, site_after_role

CONNECTOR_SECRET = "secret-of-the-faulty-connector-0123456789"
MOST_CALLS = 60
"""Calls of one run at most, with all it repeats: nothing goes round in circles."""


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site after the role, whose own objects are left alone."""
    yield from site_after_role(lab, tmp_path_factory.mktemp("site"), env={"STANDIN_OAUTH2CLIENTS": "full"})


@dataclass
class Case:
    """A module and its options; how its object is counted, and removed."""

    module: str
    options: dict[str, Any]
    count: Callable[[Site], int] | None = None
    """None for a module that reads."""
    server: str = "keycloak"


def clients(site: Site) -> int:
    return sum(client["clientId"] == "faulty" for client in site.admin.get_clients())


def scopes(site: Site) -> int:
    found = [scope for scope in site.admin.get_client_scopes() if scope["name"] == "faulty"]
    # Mappers count too: one each.
    return len(found) if all(len(scope["protocolMappers"]) == 1 for scope in found) else -1


def mappers(site: Site) -> int:
    return sum(component["name"] == "faulty" for component in site.admin.get_components())


def roles(site: Site) -> int:
    return len(call_module("cells_role_info", {**site.cells_options, "role_id": "faulty"})["roles"])


def connectors(site: Site) -> int:
    answer = call_module("cells_connector_info", site.cells_options)
    return sum(connector["id"] == "faulty" for connector in answer["connectors"])


def audiences(site: Site) -> int:
    answer = call_module("cells_config_info", {"config_path": str(site.cells.config_path)})
    client = next(client for client in answer["static_clients"] if client["client_id"] == "cells-frontend")
    return int(client["audience"].count("https://faulty.example.org"))


CASES = {
    "client": Case(
        "keycloak_oidc_client",
        {
            "client_id": "faulty",
            "public_client": False,
            "redirect_uris": ["https://faulty.example.org/callback"],
            "attributes": {"faulty": "yes"},
            "optional_client_scopes": ["cellsscope"],
        },
        clients,
    ),
    "client scope": Case(
        "keycloak_client_scope",
        {
            "name": "faulty",
            "description": "meets faults",
            "protocol_mappers": [
                {"name": "m", "protocol_mapper": "oidc-usermodel-attribute-mapper", "config": {"claim.name": "faulty"}}
            ],
        },
        scopes,
    ),
    "LDAP mapper": Case(
        "keycloak_ldap_mapper",
        {"ldap_provider": "ldap", "name": "faulty", "user_model_attribute": "faulty", "ldap_attribute": "description"},
        mappers,
    ),
    "client read": Case("keycloak_oidc_client_info", {"client_id": "localhost"}),
    "token": Case("keycloak_token", {}),
    "preview": Case("keycloak_token_preview", {"client_id": "localhost", "username": "dora"}),
    "connector": Case(
        "cells_connector",
        {
            "connector_id": "faulty",
            "name": "Faulty",
            "client_id": "faulty",
            "client_secret": CONNECTOR_SECRET,
            "mapping_rules": [{"left_attribute": "faulty", "right_attribute": "Roles"}],
        },
        connectors,
        "cells",
    ),
    "connector read": Case("cells_connector_info", {}, server="cells"),
    "role": Case("cells_role", {"role_id": "faulty", "label": "Faulty"}, roles, "cells"),
    "role read": Case("cells_role_info", {}, server="cells"),
    "audience": Case(
        "cells_config_audience",
        {"method": "api", "audience": ["https://faulty.example.org"]},
        audiences,
        "cells",
    ),
}


@pytest.fixture(scope="module")
def proxies(site: Site) -> Iterator[dict[str, FaultProxy]]:
    with fault_proxy(site.lab.keycloak.url) as keycloak, fault_proxy(site.cells.url) as cells:
        yield {"keycloak": keycloak, "cells": cells}


def options_of(site: Site, case: Case, proxy: FaultProxy, state: str = "present") -> dict[str, Any]:
    if case.server == "keycloak":
        shared = {**site.keycloak_options, "auth_keycloak_url": proxy.url}
        if case.module == "keycloak_token":
            del shared["realm"]
    else:
        shared = {**site.cells_options, "cells_url": proxy.url}
        if case.module == "cells_connector":
            shared["issuer"] = site.issuer
    return {**shared, **case.options, **({"state": state} if case.count else {})}


def logins(proxy: FaultProxy) -> int:
    return sum(call.startswith("POST") and call.endswith("/token") for call in proxy.calls)


def run_each_fault(site: Site, proxy: FaultProxy, case: Case, chosen: Callable[[int], bool]) -> tuple[int, int]:
    """Let each chosen combination of call and fault happen; return how many were tried, and repeated calls seen."""
    wanted, absent = options_of(site, case, proxy), options_of(site, case, proxy, "absent")
    tried = repeated = 0
    proxy.begin()
    healthy = call_module(case.module, wanted)
    assert not healthy.get("failed"), healthy
    calls = list(proxy.calls)
    combinations = [(number, fault) for number in range(len(calls)) for fault in FAULTS]
    for index, (number, fault) in enumerate(combinations):
        if not chosen(index):
            continue
        if case.count:
            proxy.begin()
            gone = call_module(case.module, absent)
            assert not gone.get("failed"), gone
            assert case.count(site) == 0
        proxy.begin(fault, number)
        spoilt = call_module(case.module, wanted)
        what = f"{case.module}, {calls[number]}, {fault}: {FAULTS[fault]}"
        assert proxy.spoilt == 1, what
        assert len(proxy.calls) <= MOST_CALLS, what
        repeated += max(0, len(proxy.calls) - len(calls))
        if spoilt.get("failed"):
            assert_one_clear_line(spoilt)
            assert CONNECTOR_SECRET not in spoilt["msg"], what
        if fault == "401" and calls[number].endswith("/token"):
            assert spoilt.get("failed"), what
            assert logins(proxy) == 1, f"{what}: the login was repeated"
        proxy.begin()
        again = call_module(case.module, wanted)
        assert not again.get("failed"), (what, again)
        if case.count:
            assert case.count(site) == 1, what
            assert again["changed"] is bool(spoilt.get("failed")) or not again["changed"], what
            once_more = call_module(case.module, wanted, check=True)
            assert not once_more["changed"], (what, once_more)
        tried += 1
    return tried, repeated


@pytest.mark.parametrize("name", CASES)
def test_each_call_meets_each_fault(
    site: Site,
    proxies: dict[str, FaultProxy],
    name: str,
    scale: Callable[[int, int], int],
    tally: Callable[[str, int], None],
) -> None:
    case = CASES[name]
    # A step that shares no factor with the number of faults meets every one of them, each at another call.
    step = scale(17, 2 if case.count else 1)
    tried, repeated = run_each_fault(site, proxies[case.server], case, lambda index: index % step == 0)
    assert tried
    tally("faults tried", tried)
    tally("calls repeated", repeated)


@pytest.mark.parametrize("fault", ["reset", "429", "502", "503"])
def test_a_read_is_repeated_until_it_works(site: Site, proxies: dict[str, FaultProxy], fault: str) -> None:
    proxy = proxies["keycloak"]
    case = CASES["client read"]
    proxy.begin()
    call_module(case.module, options_of(site, case, proxy))
    calls = list(proxy.calls)
    read = next(number for number, call in enumerate(calls) if call.startswith("GET"))
    proxy.begin(fault, read, times=2)
    result = call_module(case.module, options_of(site, case, proxy))
    assert not result.get("failed"), result
    assert proxy.calls.count(calls[read]) == calls.count(calls[read]) + 2


def test_a_server_that_stays_away_is_given_up(site: Site, proxies: dict[str, FaultProxy]) -> None:
    proxy = proxies["cells"]
    proxy.begin("503", 0, times=MOST_CALLS)
    result = call_module("cells_connector_info", {**site.cells_options, "cells_url": proxy.url})
    assert_one_clear_line(result, "HTTP 503")
    assert proxy.calls.count("GET /a/config/oauth2connectors") == 5


@pytest.mark.parametrize("fault", ["lost", "torn", "504", "409"])
@pytest.mark.parametrize("name", ["client", "client scope", "LDAP mapper"])
def test_a_create_whose_answer_is_lost_goes_on(
    site: Site, proxies: dict[str, FaultProxy], name: str, fault: str
) -> None:
    case, proxy = CASES[name], proxies["keycloak"]
    absent, wanted = options_of(site, case, proxy, "absent"), options_of(site, case, proxy)
    proxy.begin()
    call_module(case.module, absent)
    proxy.begin()
    call_module(case.module, wanted)
    create = next(
        number for number, call in enumerate(proxy.calls) if call.startswith("POST") and not call.endswith("/token")
    )
    proxy.begin()
    call_module(case.module, absent)
    proxy.begin(fault, create)
    result = call_module(case.module, wanted)
    assert not result.get("failed"), result
    assert result["changed"]
    assert case.count is not None
    assert case.count(site) == 1
    assert not call_module(case.module, wanted, check=True)["changed"]


@pytest.mark.parametrize("fault", ["lost", "torn", "504"])
@pytest.mark.parametrize("name", ["client", "client scope", "LDAP mapper", "connector", "role"])
def test_a_removal_whose_answer_is_lost_goes_on(
    site: Site, proxies: dict[str, FaultProxy], name: str, fault: str
) -> None:
    """If the module repeats the call, there is nothing left to remove."""
    case = CASES[name]
    proxy = proxies[case.server]
    absent, wanted = options_of(site, case, proxy, "absent"), options_of(site, case, proxy)
    proxy.begin()
    call_module(case.module, wanted)
    proxy.begin()
    call_module(case.module, absent)
    removal = next(number for number, call in enumerate(proxy.calls) if call.startswith("DELETE"))
    proxy.begin()
    call_module(case.module, wanted)
    proxy.begin(fault, removal)
    result = call_module(case.module, absent)
    assert not result.get("failed"), result
    assert result["changed"]
    assert len([call for call in proxy.calls if call.startswith("DELETE")]) == (1 if fault == "torn" else 2)
    assert case.count is not None
    assert case.count(site) == 0


MOMENTS = ("clients", "components", "client-scopes", "models", "token")
"""Ends of paths after whose POST Keycloak is stopped in the middle of the role; the login is in the last place."""


@pytest.fixture(scope="module")
def lab_with_a_restart(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The lab with a Keycloak of its own, whose database is still there after a stop."""
    directory = tmp_path_factory.mktemp("keycloak")
    with Keycloak(directory, version=lab.keycloak.version, outlives_stop=True) as keycloak:
        own = copy.copy(lab)
        own.keycloak = keycloak
        yield own


def test_keycloak_is_stopped_and_started_again_in_the_middle_of_the_role(
    lab_with_a_restart: Any,
    tmp_path: Path,
    scale: Callable[[int, int], int],
    tally: Callable[[str, int], None],
) -> None:
    keycloak = lab_with_a_restart.keycloak
    for moment in MOMENTS[: scale(1, len(MOMENTS))]:
        for site in make_site(lab_with_a_restart, tmp_path / moment):
            mark = keycloak.mark()

            def has_come(moment: str = moment, mark: int = mark) -> bool:
                sent = keycloak.requests_since(mark)
                return any(request.method == "POST" and request.path.endswith(f"/{moment}") for request in sent)

            with ThreadPoolExecutor() as pool:
                role = pool.submit(run_role, site)
                assert process.wait_for(has_come, 120), moment
                keycloak.stop()
                keycloak.start(quiet=True)
                run = role.result()
            assert "Traceback" not in run.output, run.output
            for task in run.tasks:
                if task.status == "failed":
                    assert_one_clear_line({"failed": True, **task.result})
            again = run_role(site)
            assert again.exit_code == 0, again.output
            assert not_ok(site) == []
            assert run_role(site, "--check").changes == []
            names = [component["name"] for component in site.admin.get_components()]
            assert names.count("memberOf to group") == 1
            tally("restarts of Keycloak in a role", 1)
