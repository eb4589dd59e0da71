# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The style of the prose: which of proselint's rules apply, and the rules of this repository."""

from __future__ import annotations

import re

from proselint.config import DEFAULT, Config
from proselint.registry.checks import Check, CheckFlags, engine, types

# The rules that do not suit technical text: straight quotes are for the keyboard, and code repeats its words.
UNSUITABLE = (
    "annotations",
    "lexical_illusions",
    "typography",
    "misc.but",
    "misc.phrasal_adjectives",
    "misc.illogic",
    "redundancy.misc",
)

# After these words, "what" and "where" begin an indirect question, which is good English: "it says what was asked".
ASKING = (
    r"say|says|said|saying|tell|tells|told|telling|know|knows|known|knowing|see|sees|seen|saw|show|shows|shown|showing|"
    r"ask|asks|asked|asking|"
    r"explain|explains|decide|decides|describe|describes|list|lists|find out|finds out|learn|check|checks|guess|"
    r"choose|chooses|predict|predicts|predicted|report|reports|name|names|named|compare|compares|look at|looks at|"
    r"you|matter|matters|consider|remember|remembers|regardless of|no matter|depends on|depend on"
)
PLACES = (
    r"place|places|folder|file|files|line|lines|host|hosts|server|servers|page|pages|position|point|directory|URL|address|realm|one|"
    r"there|"
    r"machine|controller|site|sites|here|everywhere|path|step|environment|system|systems|key|keys|element|from|to|of"
)


def _not_after(before: str, word: str) -> str:
    """Return a pattern for a word that follows none of the words before, and that does not begin a question."""
    return rf"\b{word}\b" + "".join(rf"(?<!\b{each}\s{word})" for each in before.split("|")) + r"(?![^.?!:]*\?)"


WHAT = _not_after(ASKING, "what") + r"(?<!\band\swhat)(?<!\bor\swhat)(?<!,\swhat)(?!\s+(?:to|if)\b)"
WHERE = _not_after(f"{ASKING}|{PLACES}", "where") + r"(?!\s+(?:to|the\s+module\s+runs|[\w'\s]+\scome\s+from)\b)"

RATES = {
    '"what" as a noun': re.compile(WHAT, re.IGNORECASE),
    '"where" for "if"': re.compile(WHERE, re.IGNORECASE),
    "if": re.compile(r"\bif\b", re.IGNORECASE),
    "you": re.compile(r"\byou(?:rs?)?\b", re.IGNORECASE),
}

BETTER_WORDS = {
    r"mend(?:s|ed|ing)?": "fix",
    r"least rights": "least privilege",
    r"life[ -]spans?": "lifetime",
    r"foretells?|foretold": "predict",
    r"by REST": "through the REST API",
    r"through REST": "through the REST API",
    r"REST interfaces?": "REST API",
    r"log(?:s|ged)? in (?:to Cells )?by Keycloak": "log in with Keycloak",
    r"switched off": "disabled",
    r"takes? away": "remove",
    r"taken away": "removed",
    r"anew": "again",
    r"at the most": "at most",
    r"at the latest": "by",
    r"to the letter": "exactly",
    r"in vain": "without success",
    r"(?<!for\s)whom": "who, or another sentence",
    r"whoever": "anyone who",
    r"thereof|therein|thereby|hereby|wherein|whereby": "a plain sentence",
    r"goes by": "uses, follows",
    r"go by": "use, follow",
    r"is said to": "a plain statement",
    r"blanks": "spaces",
    r"a slash too many": "an extra slash",
    r"personal access token of Cells": "Cells personal access token",
    r"in place of": "instead of",
    r"beforehand": "before, first",
    r"as good as": "almost",
    r"of no use": "useless",
    r"for ever": "forever",
}


IN_QUOTES = CheckFlags(allow_quotes=True)
"""Code has its text in quotes."""


def _preferred(bad: str, good: str) -> Check:
    return Check(
        types.ExistenceSimple(rf"\b(?:{bad.replace(' ', chr(92) + 's+')})\b"),
        engine.Fancy(),
        "cellsops.words",
        f"'{{}}': write '{good}'.",
        IN_QUOTES,
    )


def _refused(path: str, pattern: str, message: str) -> Check:
    return Check(types.ExistenceSimple(pattern), engine.Fancy(), f"cellsops.{path}", message, IN_QUOTES)


OWN_CHECKS = (
    *(_preferred(bad, good) for bad, good in BETTER_WORDS.items()),
    _refused("what", WHAT, "'what' as a noun: name the thing."),
    _refused("where", WHERE, "'where' as a condition: write 'if' or 'when'."),
    _refused(
        "order",
        r"\b(?:neither|nor|never|hardly|seldom|only then|only there|only so|so)\s+"
        r"(?:is|are|was|were|does|do|did|has|have|can|may|must|will)\b(?!\s+(?:not|nothing)\b)",
        "Inverted word order ('{}'): put the subject first.",
    ),
    _refused("riddle", r"\b(?:is|are|was)\s+(?:what|whom|that which)\b", "A riddle ('{}'): name the subject."),
    _refused("there", r"\b(?:what|whatever)\s+there\s+(?:is|are|was)\b", "'{}': name the thing."),
)

USERS: Config = {"max_errors": 100_000, "checks": {"cellsops": True}}
"""For code, descriptions and messages of the collection itself: all rules of this repository."""
DEVELOPERS: Config = {
    "max_errors": 100_000,
    # The first key that matches counts.
    "checks": {"cellsops.what": False, "cellsops.where": False, "cellsops": True},
}
"""For tests and tools, in which ``what`` and ``where`` are also names of parameters, and words of SQL."""
PAGES: Config = {
    "max_errors": 100_000,
    # Unlike these keys, the first that matches counts: a part of a group comes before it.
    "checks": {**dict.fromkeys(UNSUITABLE, False), **DEFAULT["checks"], **dict.fromkeys(UNSUITABLE, False)}
    | {"cellsops": True},
}
"""For whole pages: proselint's rules as well."""
