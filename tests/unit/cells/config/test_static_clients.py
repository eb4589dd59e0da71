# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Combinations of states and options of method file, in check mode and in a real run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import check_readable
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from support.cells.pydio_json import OTHER_URL, URL, EditAudience, clients, document, rendered, static_client

MISSING = object()
THIRD_URL = "https://third.example.org"
BEFORE: dict[str, Any] = {
    "missing": MISSING,
    "null": None,
    "empty": [],
    "same": [URL],
    "other": [OTHER_URL],
    "both": [OTHER_URL, URL],
    "with null": [None, OTHER_URL],
    "same with null": [URL, None],
    "only null": [None],
    "twice": [URL, URL],
}


class Wish(NamedTuple):
    """Options, and what the audience is after them: by the state before, else the list in the last field."""

    options: dict[str, Any]
    expected: dict[str, list[str]]
    otherwise: list[str]


WISHES = {
    "add": Wish(
        {},
        {
            "other": [OTHER_URL, URL],
            "both": [OTHER_URL, URL],
            "with null": [OTHER_URL, URL],
            "twice": [URL, URL],
        },
        [URL],
    ),
    "add two, one of them twice": Wish(
        {"audience": [URL, OTHER_URL, URL]},
        {
            "other": [OTHER_URL, URL],
            "both": [OTHER_URL, URL],
            "with null": [OTHER_URL, URL],
            "twice": [URL, URL, OTHER_URL],
        },
        [URL, OTHER_URL],
    ),
    "exact": Wish({"mode": "exact"}, {}, [URL]),
    "exact two in another order": Wish(
        {"mode": "exact", "audience": [URL, OTHER_URL]}, {"both": [OTHER_URL, URL]}, [URL, OTHER_URL]
    ),
    "exact empty": Wish({"mode": "exact", "audience": []}, {}, []),
    "absent": Wish({"state": "absent"}, {"other": [OTHER_URL], "both": [OTHER_URL], "with null": [OTHER_URL]}, []),
    "absent, not there": Wish(
        {"state": "absent", "audience": [THIRD_URL]},
        {
            "same": [URL],
            "other": [OTHER_URL],
            "both": [OTHER_URL, URL],
            "with null": [OTHER_URL],
            "same with null": [URL],
            "twice": [URL, URL],
        },
        [],
    ),
    "absent, an empty list": Wish(
        {"state": "absent", "audience": []},
        {
            "same": [URL],
            "other": [OTHER_URL],
            "both": [OTHER_URL, URL],
            "with null": [OTHER_URL],
            "same with null": [URL],
            "twice": [URL, URL],
        },
        [],
    ),
    "absent altogether": Wish({"state": "absent", "audience": None}, {}, []),
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("wish", WISHES)
def test_check_mode_predicts_the_run_and_a_second_run_changes_nothing(
    edit_audience: EditAudience, config: Path, before: str, wish: str
) -> None:
    options, expected, otherwise = WISHES[wish]
    had = BEFORE[before]
    config.write_text(rendered(document(clients(**({} if had is MISSING else {"audience": had})))))
    untouched = config.read_bytes()
    audience = expected.get(before, otherwise)
    changes = audience != (had if had not in (MISSING, None) else [])

    predicted = edit_audience(check=True, **options)
    assert config.read_bytes() == untouched
    assert list(config.parent.iterdir()) == [config]

    outcome = edit_audience(**options)
    assert outcome["changed"] is changes
    assert outcome["audience"] == audience
    assert bool(outcome["actions"]) is changes
    if changes:
        # A removed value can be a missing key, or an empty list.
        assert outcome["diff"]["after"] in ([{"audience": audience}] if audience else [{}, {"audience": []}])
        assert outcome["diff"]["before"] != outcome["diff"]["after"]
        assert static_client(config) == clients(**({"audience": audience} if audience else {}))[0]
    else:
        assert config.read_bytes() == untouched
    for key in sorted({*predicted.values, *outcome.values} - {"static_client"}):
        assert predicted[key] == outcome[key], key

    again = edit_audience(**options)
    assert not again["changed"]
    assert again["actions"] == []
    assert again["diff"]["before"] == again["diff"]["after"]


@pytest.mark.parametrize("options", [{}, {"state": "absent"}, {"mode": "exact", "audience": []}])
@pytest.mark.parametrize("had", [[URL], [OTHER_URL], None])
def test_check_mode_shows_the_static_client_as_the_run_leaves_it(
    edit_audience: EditAudience, config: Path, options: dict[str, Any], had: Any
) -> None:
    config.write_text(rendered(document(clients(audience=had))))

    predicted = edit_audience(check=True, **options)["static_client"]

    assert predicted == edit_audience(**options)["static_client"]
    # A null in the file may be shown as no key.
    there = {key: value for key, value in static_client(config).items() if value is not None}
    assert {key: value for key, value in predicted.items() if value is not None} == there


def test_the_diff_shows_the_audience_and_nothing_else(edit_audience: EditAudience, config: Path) -> None:
    config.write_text(rendered(document(clients(audience=[OTHER_URL]))))

    assert edit_audience()["diff"] == {
        "before_header": "static client cells-frontend",
        "after_header": "static client cells-frontend",
        "before": {"audience": [OTHER_URL]},
        "after": {"audience": [OTHER_URL, URL]},
    }


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"client_id": "cells-mobile", "client_name": 7}, "cells-mobile has a value of another type (client_name)"),
        ({"client_id": "cells-mobile", "audience": [None, 7]}, "cells-mobile has a value of another type (audience)"),
        (None, "one of them has a value of another type (the whole entry)"),
    ],
)
def test_one_value_of_another_type_makes_all_clients_unreadable(other: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(words)):
        check_readable([{"client_id": "cells-frontend"}, other])


def test_what_is_left_out_or_null_is_readable() -> None:
    check_readable([{"client_id": "cells-frontend", "client_name": None, "redirect_uris": [None, "a"], "own": 7}])
