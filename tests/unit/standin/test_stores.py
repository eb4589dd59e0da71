# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stores agree with the vectors of the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from standin import go_json
from standin.key_path import index_of, string_to_keys
from standin.stores import STORES, GoPanic, StoreError

FOLDER = Path(__file__).parents[2] / "vectors"
SET, DELETE = (json.loads((FOLDER / f"config_{name}.json").read_text("utf-8")) for name in ("set", "del"))


def identify(vector: dict[str, Any]) -> str:
    """Name a vector in the test's report."""
    return f"{vector['id']}-{vector['impl']}"


@pytest.mark.parametrize("vector", [*SET, *DELETE], ids=identify)
def test_vector(vector: dict[str, Any]) -> None:
    store, root = STORES[vector["impl"]], go_json.loads(json.dumps(vector["before"]))
    before, keys = go_json.dumps(root), string_to_keys("services", vector["service"], vector["key"])
    seen: dict[str, Any] = {}
    try:
        root = store.set(root, keys, vector["value"]) if "value" in vector else store.delete(root, keys)
    except StoreError as error:
        seen["ignored_error"] = str(error)
    except GoPanic as panic:
        seen["error"] = f"panic: {panic}"
    after = go_json.dumps(root)
    if "after" in vector:
        assert after == vector.get("after_text", go_json.dumps(vector["after"]))
        assert (after != before) is vector["changed"]
    assert seen == {name: vector[name] for name in ("error", "ignored_error") if name in vector}


@pytest.mark.parametrize(("length", "written"), [(5, 5), (16, 16), (17, 18), (18, 18), (31, 32)])
def test_v4_fills_long_lists_up_to_its_memory(length: int, written: int) -> None:
    changed = STORES["v4-tree"].set({"a": ["x"] * length}, ["a", "0"], "y")
    assert changed == {"a": ["y", *["x"] * (length - 1), *[None] * (written - length)]}


def test_v4_follows_a_reference_when_it_writes() -> None:
    root = {"a": {"$ref": "b"}, "b": {"c": "old"}}
    assert STORES["v4-tree"].set(root, ["a", "d"], "new") == {"a": {"c": "old", "d": "new"}, "b": {"c": "old"}}


@pytest.mark.parametrize(
    ("index", "panic"),
    [
        ("-1", "slice bounds out of range [:-1]"),
        ("3", "slice bounds out of range [4:3]"),
        ("5", "slice bounds out of range [:5] with capacity 4"),
    ],
)
def test_merge_keep_panics_if_it_deletes_out_of_range(index: str, panic: str) -> None:
    with pytest.raises(GoPanic) as raised:
        STORES["v5-merge-keep"].delete({"a": [1, 2, 3]}, ["a", index])
    assert str(raised.value) == f"runtime error: {panic}"


def test_merge_keep_doubles_the_last_item_when_it_deletes() -> None:
    assert STORES["v5-merge-keep"].delete({"a": ["x", "y", "z"]}, ["a", "0"]) == {"a": ["y", "z", "z"]}


@pytest.mark.parametrize("store", STORES)
def test_an_index_that_no_memory_is_enough_for_ends_the_command(store: str) -> None:
    with pytest.raises(GoPanic):
        STORES[store].set({}, ["a", str(2**62)], "x")


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("a[0]/b[1]", ["a", "0", "b", "1"]),
        ("[a][0][b][1]", ["a", "0", "b", "1"]),
        ("a[0", ["a", "0"]),
        ("a///b", ["a", "", "b"]),
        ("/", [""]),
        ("x/#/y", ["y"]),
        ("#", []),
        ("a.b c#d", ["a.b c#d"]),
    ],
)
def test_paths_are_taken_apart(path: str, keys: list[str]) -> None:
    assert string_to_keys("", path) == keys


@pytest.mark.parametrize(
    ("name", "index"),
    [("+1", 1), ("01", 1), ("-0", 0), ("1e1", None), (" 0 ", None), ("٣", None), (str(2**63), None), ("", None)],
)
def test_names_that_are_an_index(name: str, index: int | None) -> None:
    assert index_of(name) == index
