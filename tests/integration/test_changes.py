# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor against real logins: it must say broken exactly if the login, its roles or its refresh fail.

Each test makes one change to a healthy site. CHANGES sets how many are tried (60 by default, 0 for all of them), and
CHANGES_SEED which ones: the names in the output are the record.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.changes import CHANGES
from integration.guided import CLIENT, apply_guide
from integration.module_call import call_module
from lab.login import Browser, LoginError
from lab.site import Site, make_site

ROLES = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]
HOW_MANY = int(os.environ.get("CHANGES") or 60) or len(CHANGES)
CHOSEN = random.Random(int(os.environ.get("CHANGES_SEED") or 2026)).sample(list(CHANGES), min(HOW_MANY, len(CHANGES)))

ROLE = Path(__file__).parents[2] / "roles/setup/vars/main/steps.yml"
HEALED = (
    *("client disabled", "client bearer-only", "client by JWT", "standard flow off", "consent"),
    *("PKCE S256", "pushed requests only", "request objects only", "certificate-bound tokens", "DPoP-bound tokens"),
    *("lightweight tokens", "ID token HS256", "ID token encrypted", "userinfo signed", "userinfo encrypted"),
)
"""Changes of the client that a run of the role takes back."""


@pytest.fixture(scope="module")
def guided(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site as the guide has it, which each test leaves as it found it."""
    for site in make_site(lab, tmp_path_factory.mktemp("site"), access_token_life=600):
        apply_guide(site)
        yield site


def failure(site: Site) -> str:
    """Log dora in and refresh her session; return what goes wrong, empty if nothing does."""
    browser = Browser(site.cells.url)
    try:
        identity = browser.log_in("keycloak", "dora", site.lab.ldap.users["dora"])
        if identity.roles != ROLES:
            return f"the roles are {identity.roles}"
        browser.refresh()
    except LoginError as error:
        return str(error)
    return ""


def doctor(site: Site) -> tuple[str, dict[str, str]]:
    """Return the doctor's verdict without a login of its own, and what it calls broken: {id: what was seen}."""
    asked = {"client_id": "localhost", "ldap_provider": "ldap", "username": "dora"}
    answer = call_module("doctor_info", {**site.keycloak_options, **site.cells_options, **asked})
    assert not answer.get("failed"), answer["msg"]
    broken = {f["id"]: f["seen"] for f in answer["report"]["findings"] if f["verdict"] == "broken"}
    return answer["report"]["verdict"], broken


def test_the_site_is_healthy(guided: Site) -> None:
    assert failure(guided) == ""
    assert doctor(guided) == ("ok", {})


@pytest.mark.parametrize("name", CHOSEN)
def test_the_doctor_says_broken_exactly_if_the_login_is(guided: Site, name: str) -> None:
    with CHANGES[name](guided):
        failed = failure(guided)
        verdict, broken = doctor(guided)
    assert (verdict == "broken") is bool(failed), f"the login: {failed or 'works'}; the doctor: {verdict} {broken}"


def declared_by_the_role() -> dict[str, Any]:
    """Return what the role declares for every client: the values that are no templates."""
    values = yaml.safe_load(ROLE.read_text(encoding="utf-8"))["setup_client_options"]
    return {name: value for name, value in values.items() if "{{" not in str(value)}


@pytest.mark.parametrize("name", HEALED)
def test_the_role_heals_what_forbids_a_login(guided: Site, name: str) -> None:
    with CHANGES[name](guided):
        options = {**guided.keycloak_options, "client_id": CLIENT, **declared_by_the_role()}
        healed = call_module("keycloak_oidc_client", options)
        assert healed["changed"], healed
        assert failure(guided) == ""


def test_the_site_is_healthy_after_all_changes(guided: Site) -> None:
    assert failure(guided) == ""
    assert doctor(guided) == ("ok", {})
