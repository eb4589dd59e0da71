# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doctor and role against real logins, after one change to a healthy site.

The doctor must say broken exactly if the login, its roles or its refresh fail. The role must fix that or report it, and
must not break a working site. CHANGES sets how many are tried: the fixed list of 60 by default, 0 for all of them.
``tests/support/changes/record.json`` contains the result of each of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.site import make_site
from support.changes.catalogue import CHANGES, EXPLAINED, FIXED
from support.changes.trial import Trials, doctor, failure, role_process
from support.guide import apply_guide

pytestmark = pytest.mark.thorough

RECORD = Path(__file__).parents[1] / "support/changes/record.json"
CHOSEN = tuple(CHANGES) if os.environ.get("CHANGES") == "0" else FIXED


@pytest.fixture(scope="module")
def trials(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    """A site as the role leaves it, which each test leaves as it found it."""
    for site in make_site(lab, tmp_path_factory.mktemp("site"), access_token_life=600):
        apply_guide(site)
        with role_process() as process:
            assert Trials(site, process).role()["msg"] == ""
            yield Trials(site, process)


def test_the_site_is_healthy(trials: Trials) -> None:
    assert failure(trials.site) == ""
    assert doctor(trials.site) == ("ok", {})


@pytest.mark.parametrize("name", CHOSEN)
def test_doctor_and_role_agree_with_the_login(trials: Trials, name: str) -> None:
    outcome = trials.outcome(CHANGES[name])
    # Some of the explained ones depend on the order in which Keycloak runs its mappers.
    assert not outcome.disagreements or name in EXPLAINED, outcome


def test_the_record_names_changes_that_there_are() -> None:
    assert set(json.loads(RECORD.read_text(encoding="utf-8"))) <= set(CHANGES)
    assert len(FIXED) == 60


def test_the_site_is_healthy_after_all_changes(trials: Trials) -> None:
    assert failure(trials.site) == ""
    assert doctor(trials.site) == ("ok", {})
