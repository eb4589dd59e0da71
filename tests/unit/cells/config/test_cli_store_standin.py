# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method cli with the stand-in's command, which does to lists what two generations of the real one do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.cells.pydio_json import OTHER_URL, EditAudience, clients, document, rendered, set_client
from support.module import Outcome, assert_one_clear_line

COMMAND = Path(__file__).resolve().parents[3] / "standin" / "cells"
V4, V5 = "v4-tree", "v5-kv-trunc"


@pytest.fixture
def by_command(edit_audience: EditAudience, monkeypatch: pytest.MonkeyPatch) -> EditAudience:
    """Return a function that runs the module with the stand-in's command and that store."""

    def edit(store: str, check: bool = False, **options: Any) -> Outcome:
        monkeypatch.setenv("STANDIN_STORE", store)
        return edit_audience(check, method="cli", cells_bin=str(COMMAND), **options)

    return edit


def write(config: Path, static_clients: list[dict[str, Any]]) -> dict[str, Any]:
    """Write a configuration without the integers that no generation keeps, and return it."""
    before = document(static_clients)
    del before["services"]["pydio.grpc.update"], before["defaults"]["quota"]
    config.write_text(rendered(before), encoding="utf-8")
    return before


@pytest.mark.parametrize(
    ("store", "static_clients"),
    [
        pytest.param(V4, clients(), id="version 4"),
        pytest.param(V4, clients()[::-1], id="version 4, client last"),
        pytest.param(V4, clients(audience=[OTHER_URL]), id="version 4, behind an entry"),
        pytest.param(V5, clients()[:1], id="newer version 5, only client"),
    ],
)
def test_the_audience_is_set_and_nothing_else(
    by_command: EditAudience, config: Path, store: str, static_clients: list[dict[str, Any]]
) -> None:
    before = write(config, static_clients)

    predicted = by_command(store, check=True)
    outcome = by_command(store)

    assert outcome["changed"]
    assert predicted.values == outcome.values
    assert json.loads(config.read_bytes()) == set_client(before, audience=outcome["audience"])
    assert not by_command(store)["changed"]


@pytest.mark.parametrize(
    ("static_clients", "words"),
    [
        pytest.param(clients(), ["staticClients[1] is gone", "staticClients[2] is gone"], id="client first"),
        pytest.param(clients()[::-1], ["staticClients[0] is gone", "staticClients[1] is gone"], id="client last"),
        pytest.param(clients(audience=[OTHER_URL])[:1], ["audience[0] is gone"], id="behind an entry"),
    ],
)
def test_entries_that_newer_versions_5_drop_are_restored_and_named(
    by_command: EditAudience, config: Path, static_clients: list[dict[str, Any]], words: list[str]
) -> None:
    write(config, static_clients)
    before = config.read_bytes()

    assert_one_clear_line(by_command(V5), *words, "was restored", "Use method file")
    assert config.read_bytes() == before


@pytest.mark.parametrize("store", [V4, V5])
def test_integers_that_the_command_does_not_keep_are_put_back(
    by_command: EditAudience, config: Path, store: str
) -> None:
    config.write_text(rendered(document(clients()[:1])), encoding="utf-8")
    before = config.read_bytes()

    assert_one_clear_line(by_command(store), "defaults/quota is another", "was restored")
    assert config.read_bytes() == before
