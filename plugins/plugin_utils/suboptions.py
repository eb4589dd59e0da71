# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented options of one object, as those of each item of a list."""

from __future__ import annotations

import re
import textwrap


def suboptions(name: str, documentation: str) -> str:
    """Return the documented options of one object as the suboptions of the option name, a list of such objects.

    documentation: YAML that begins with "options:". References between the options follow them. version_added is left
    out, because the list came with its module.
    """
    names = set(re.findall(r"^  (\w+):$", documentation, re.MULTILINE))

    def reference(found: re.Match[str]) -> str:
        return f"O({name}[].{found[1]}" if found[1] in names else found[0]

    text = re.sub(r"\bO\((\w+)", reference, documentation)
    text = re.sub(r"^ +version_added: .*\n", "", text, flags=re.MULTILINE)
    return textwrap.indent(text.partition("options:\n")[2], "    ")
