# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python 3.8 imports every plugin: nothing takes a type by its argument as it is imported, but in annotations."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
BUILT_IN = {"dict", "list", "tuple", "set", "frozenset", "type"}


def evaluated(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the expressions that an import evaluates: values and bases at the top of a module and in its classes."""
    for statement in tree.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value:
            yield statement.value
        elif isinstance(statement, ast.ClassDef):
            yield from statement.bases
            yield from (
                each.value for each in statement.body if isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value
            )


def subscripted(tree: ast.Module) -> list[str]:
    """Return the types that Python 3.8 refuses to take by an argument."""
    abstract = {
        name.asname or name.name
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.module == "collections.abc"
        for name in statement.names
    }
    return [
        ast.unparse(node)
        for expression in evaluated(tree)
        for node in ast.walk(expression)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in BUILT_IN | abstract
    ]


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_python_3_8_can_import_it(path: Path) -> None:
    assert subscripted(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_what_python_3_8_refuses_is_found() -> None:
    text = (
        "from collections.abc import Mapping\nRule = Mapping[str, int]\nclass A(dict[str, int]):\n  x: list[int] = []\n"
    )
    assert subscripted(ast.parse(text)) == ["Mapping[str, int]", "dict[str, int]"]
