# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the prose of the repository with proselint's rules and the rules of prose_style.py.

``.ci/prose.py [FILE...]`` prints each finding as FILE:LINE:COLUMN and fails if there is one. Without a FILE, it reads
all documents, messages, comments, tests and playbooks.
``.ci/prose.py --rates FOLDER`` prints how often the words that give away a bad style occur in a checkout.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from prose_style import DEVELOPERS, OWN_CHECKS, PAGES, RATES, USERS
from proselint.checks import __register__ as stock_checks
from proselint.registry import CheckRegistry
from proselint.tools import LintFile

ROOT = Path(__file__).parents[1]
READ = ("*.md", "*.yml", "*.py", "*.j2")
LEFT_OUT = re.compile(
    r"tests/(?!.*\.py$)|CHANGELOG\.md|docs/benchmark\.md|LICENSE|changelogs/(changelog|config)\.yaml|"
    r"extensions/molecule/images/|"
    r"\.ci/prose_style\.py|tests/unit/test_prose\.py"
)
"""Data, text that is generated from other text, and text that shows what is wrong."""
FOR_USERS = re.compile(r".*\.md|changelogs/.*|playbooks/.*|plugins/.*|roles/.*")
MEASURED = ("README.md", "docs", "roles", "plugins/modules", "plugins/doc_fragments")
HEADER = re.compile(r"Copyright: \(c\).*|GNU General Public License v3.*|SPDX-License-Identifier.*")
MARKDOWN_CODE = re.compile(
    r"^ *```.*?^ *```|`[^`\n]+`|<!--.*?-->|\]\([^)\s]*\)|https?://[^\s)>]+|<[^>\n]+>", re.DOTALL | re.MULTILINE
)
YAML_CODE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|[A-Z]\([^)\n]*\)|(?m:^ *(?:when|that|failed_when|changed_when|until): [^\n]*)", re.DOTALL
)
F_STRING, CODE_IN_TEXT = re.compile(r"[rR]?[fF][rR]?['\"]"), re.compile(r"\{[^{}\n]*\}")
TEMPLATE_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<style>.*?</style>|<[^>]*>", re.DOTALL)


def blank(found: re.Match[str]) -> str:
    """Return as many spaces as there were characters, in the same lines; a piece of code counts as the word 'it'."""
    spaces = re.sub(r"[^\n]", " ", found.group())
    return "it" + spaces[2:] if found.group().startswith("`") and not found.group().startswith("```") else spaces


def prose_of(name: str, text: str) -> str:
    """Return the prose of a file, each word at its line and column, and spaces instead of everything else."""
    if name.endswith(".py"):
        text = _prose_of_python(text)
    elif name.endswith(".md"):
        text = MARKDOWN_CODE.sub(blank, text)
        # A heading may begin with "What", as in "What is assumed".
        text = re.sub(r"^#+ What\b", blank, text, flags=re.MULTILINE)
        # The headings of a table are no sentences.
        text = re.sub(r"^ *\|.*\n(?= *\|-)", blank, text, flags=re.MULTILINE)
        text = re.sub(r"[|*#]", " ", text)
    elif name.endswith(".j2"):
        text = TEMPLATE_CODE.sub(blank, text)
    else:
        text = YAML_CODE.sub(blank, text).replace("#", " ")
    return HEADER.sub(blank, text)


def _prose_of_python(source: str) -> str:
    """Return the comments, the text in quotes and the names of tests, which are sentences, of a Python file."""
    lines = [[" "] * len(line) for line in source.splitlines()]
    given = source.splitlines()

    def keep(start: tuple[int, int], end: tuple[int, int]) -> None:
        for row in range(start[0] - 1, end[0]):
            left = start[1] if row == start[0] - 1 else 0
            right = end[1] if row == end[0] - 1 else len(given[row])
            lines[row][left:right] = given[row][left:right]

    texts = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        is_sentence = " " in token.string or token.type == tokenize.COMMENT
        if token.type in texts and is_sentence:
            keep(token.start, token.end)
            # Before Python 3.12, an f-string is one token with the code in it.
            for code in CODE_IN_TEXT.finditer(token.string) if F_STRING.match(token.string) else ():
                row, column = token.start[0] - 1, token.start[1]
                lines[row][column + code.start() : column + code.end()] = " " * len(code.group())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            row, column = node.lineno - 1, given[node.lineno - 1].index("test_") + len("test_")
            words = node.name.removeprefix("test_").replace("_", " ")
            lines[row][column : column + len(words)] = words
    text = "\n".join("".join(line) for line in lines)
    return re.sub(r"``[^`\n]+``|[A-Z]\([^)\n]*\)|[#|]|https?://\S+", blank, text)


def findings(name: str, text: str) -> Iterator[str]:
    """Yield each finding in the text of a file as one line."""
    config = PAGES if name.endswith(".md") else USERS if FOR_USERS.fullmatch(name) else DEVELOPERS
    for found in LintFile(name, prose_of(name, text)).lint(config):
        line, column = found.pos
        seen = " ".join(text[found.check_result.span[0] - 1 : found.check_result.span[1] - 1].split())
        yield f"{name}:{line}:{column}: {found.check_result.message} [{found.check_result.check_path}: {seen}]"


def tracked() -> list[str]:
    """Return the files whose prose is read."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *READ]
    names = subprocess.run(listed, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    return [name for name in names if not LEFT_OUT.match(name) and (ROOT / name).exists()]


def rates(folder: Path) -> None:
    """Print how often each of the telling words occurs in 1000 words of documentation."""
    text = ""
    for name in MEASURED:
        place = folder / name
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        for file in files:
            if file.suffix in (".md", ".py") or file.name == "argument_specs.yml":
                text += prose_of(file.name, file.read_text(encoding="utf-8")) + "\n\n"
    words = len(re.findall(r"[A-Za-z][A-Za-z'-]*", text))
    print(f"{words} words")
    for what, pattern in RATES.items():
        print(f"{what:20} {1000 * len(pattern.findall(text)) / words:6.2f} per 1000 words")


def main(arguments: Sequence[str]) -> None:
    """Exit with the number of findings, if there are any."""
    if arguments[:1] == ["--rates"]:
        rates(Path(arguments[1]))
        return
    CheckRegistry().register_many((*stock_checks, *OWN_CHECKS))
    found = [line for name in arguments or tracked() for line in findings(name, (ROOT / name).read_text("utf-8"))]
    print("\n".join(found))
    if found:
        sys.exit(f"{len(found)} findings in the prose")


if __name__ == "__main__":
    main(sys.argv[1:])
