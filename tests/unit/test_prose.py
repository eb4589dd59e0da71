# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prose linter finds bad sentences, in each kind of file, and lets good ones pass."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LINTER = Path(__file__).parents[2] / ".ci/prose.py"
BAD = """# A page

What the role made stays. The file is kept where nobody has changed it.
Neither does it mend the client. The connector is what sends users on.
The role needs the least rights, and takes away nothing.
It is very unique.
"""
GOOD = """# What you need

If the file is there, the role keeps it. It says what was asked, and tells you where to look.

```yaml
# What stands in a block of code is code, where it ends.
```
"""


def lint(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter on one file."""
    return subprocess.run([sys.executable, str(LINTER), str(path)], capture_output=True, text=True, check=False)


def test_bad_sentences_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(BAD, encoding="utf-8")

    done = lint(page)

    assert done.returncode == 1
    found = [(line.split(":")[1], line.partition("[")[2].partition(":")[0]) for line in done.stdout.splitlines()]
    assert found == [
        ("3", "cellsops.what"),
        ("3", "cellsops.where"),
        ("4", "cellsops.order"),
        ("4", "cellsops.words"),
        ("4", "cellsops.riddle"),
        ("4", "cellsops.what"),
        ("5", "cellsops.words"),
        ("5", "cellsops.words"),
        ("6", "uncomparables"),
        ("6", "weasel_words.very"),
    ]


def test_good_sentences_and_code_pass(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(GOOD, encoding="utf-8")

    done = lint(page)

    assert (done.returncode, done.stdout) == (0, "\n")


def test_the_comments_and_texts_of_code_are_read(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""Mend it."""\n\nmend = f"to the letter, {1}"  # whoever reads\n', encoding="utf-8")

    done = lint(module)

    assert [line.split(":")[1] for line in done.stdout.splitlines()] == ["1", "3", "3"]
