# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Pydio Cells turns the values of an outside attribute, such as a claim, into roles (row M1).

The steps behave like those in Cells' public code, even in surprising cases: mapping_rules.json in tests/vectors
contains the results of the real ones. `ldap2017` is the order in which Cells' public LDAP connector called them. How
Cells Enterprise applies rules to claims is not public: `exclusive` is an assumption, see docs/standin.md.

In every step, None means a missing list, for which the step returns None. For [], it returns [].
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Optional, Sequence

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, MissingLibrary

Values = Optional[Sequence[str]]
"""The argument and result of a step: a list of str, or None if there is none."""

ROLES = "Roles"
"""The one right attribute whose values are roles; case matters."""

REGEX_MARK = "preg"
"""A rule that begins with this is a regular expression, with or without the colon (fact: the switch is ^preg:*)."""

# White space as Go's unicode.IsSpace has it; str.strip() would take U+001C to U+001F too.
_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

# RFC 2253 as Cells reads it: no white space around separators, a type may hold an underscore.
_TYPE = r"(?:[A-Za-z][\w-]*|\d+(?:\.\d+)*)"
_ESCAPE = r"""\\[,=+<>#;\\"]|\\[0-9A-Fa-f]{2}"""
_PLAIN = rf"""(?:[^,=+<>#;\\"]|{_ESCAPE})*"""
_QUOTED = rf"""\"(?:[^\\"]|{_ESCAPE})*\""""
_PAIR = rf"{_TYPE}=(?:#(?:[0-9A-Fa-f]{{2}})+|{_PLAIN}|{_QUOTED})"
_DN = re.compile(rf"{_PAIR}(?:[+,]{_PAIR})*", re.ASCII)

# Cells replaces characters with these while it reads a DN. If the data contains them itself, they are converted too.
_HASH_MARKER = "[UOO01]"
_COMMA_MARKER = "[U0000]"

_ESCAPED = re.compile(r"\\([=+<>#;])")

# Text quoted with \Q, or one escaped character. The library accepts \C, any byte, which Go refuses.
_REGEX_ESCAPE = re.compile(r"\\Q.*?(?:\\E|\Z)|\\(.)", re.DOTALL)

SPECIAL = frozenset("\\^$*+?()[]{}|")
"""Characters by which a text is more likely a regular expression than a name. A dot is common in names."""

RULE_KEYS = {
    "left_attribute": "LeftAttribute",
    "right_attribute": "RightAttribute",
    "rule_string": "RuleString",
    "left_split": "LeftSplit",
    "right_value_template": "RightValueTemplate",
    "role_prefix": "RolePrefix",
    "no_update": "NoUpdate",
    "rule_name": "RuleName",
}
"""The names of a rule's parts: as options, and as Cells shows them."""


def sanitize_values(values: Values) -> Values:
    """Trim white space, as Unicode has it, from each value; values that are or become empty stay."""
    return values and [value.strip(_WHITE_SPACE) for value in values]


def remove_ldap_escape(values: Values) -> Values:
    r"""Take the backslash from \= \< \> \# \;. As in Cells, \+ becomes =, and \, \" \\ and hex pairs stay."""
    return values and [_ESCAPED.sub(lambda found: found[1].replace("+", "="), value) for value in values]


def is_dn_format(value: str) -> bool:
    """Return whether the whole value is a distinguished name by Cells' pattern; ``cn=a, ou=b`` is none."""
    return _DN.fullmatch(value) is not None


def convert_dn_to_name(values: Values) -> Values:
    """Cut each value that is a DN to the text between its first = and the next separator; keep other values.

    The name of the first type does not matter: ``role=admin`` becomes ``admin``.
    """
    return values and [_dn_to_name(value) for value in values]


def _dn_to_name(value: str) -> str:
    marked = value.replace("#", _HASH_MARKER)
    if is_dn_format(marked):
        first = marked.replace("\\,", _COMMA_MARKER).split(",")[0]
        marked = first.split("=")[1].replace(_COMMA_MARKER, "\\,")
    return marked.replace(_HASH_MARKER, "#")


def split_rule(rule_string: str) -> list[str]:
    """Return the items of a rule that is a list: parted at each comma and trimmed; an empty rule is one empty item."""
    return list(sanitize_values(rule_string.split(",")) or [])


def filter_list(accepted: Values, values: Values) -> Values:
    """Keep the values that are in a list: whole, case-sensitive, in the list's order, once per item and value.

    With no list at all, None or [], every value stays.
    """
    if not accepted or not values:
        return values
    return [value for item in accepted for value in values if value == item]


def is_regex(rule_string: str) -> bool:
    """Return whether Cells takes a rule as a regular expression."""
    return rule_string.startswith(REGEX_MARK)


def filter_preg(rule_string: str, values: Values) -> Values:
    """Keep the values in which the rule's regular expression matches anywhere; RE2's, as in Cells.

    A rule that is no regular expression keeps every value, one that RE2 does not take drops every value, silently.
    Raises MissingLibrary.
    """
    if not values or not is_regex(rule_string):
        return values
    pattern, error = _compile(rule_string)
    if error is not None:
        return []
    return [value for value in values if pattern.search(value)]


def regex_error(rule_string: str) -> str | None:
    """Return why RE2 does not support a rule's regular expression; None if it does, or if the rule is none.

    Cells silently gives no roles for such a rule. Raises MissingLibrary.
    """
    return _compile(rule_string)[1] if is_regex(rule_string) else None


def _compile(rule_string: str) -> tuple[Any, str | None]:
    """Return the compiled expression and None, or None and the reason."""
    # Every preg: goes, not only the first.
    pattern = rule_string.replace(f"{REGEX_MARK}:", "")
    if not SPECIAL.intersection(pattern):
        # For letters and dots, Python's own library does the same.
        return re.compile(pattern), None
    try:
        import re2
    except ImportError as error:
        raise MissingLibrary("google-re2", "for mapping rules that are regular expressions (preg:)") from error
    if any(found[1] == "C" for found in _REGEX_ESCAPE.finditer(pattern)):
        return None, "invalid escape sequence: \\C"
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options), None
    except re2.error as error:
        reason = error.args[0] if error.args else error
        return None, reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def add_prefix(prefix: str, values: Values) -> Values:
    """Put a prefix before each value, even if it is empty, or if the value already has it."""
    return [prefix + value for value in values] if values and prefix else values


def ldap2017(values: Values, rule: Mapping[str, str], is_dn: bool) -> Values:
    """Apply a rule in the order of Cells' public LDAP connector: regular expression and then list, by the same rule.

    rule: RightAttribute, RuleString and RolePrefix, each optional. is_dn: whether the attribute holds DNs.
    With this order a regular expression always ends with nothing. Raises MissingLibrary.
    """
    values, rule_string = prepared(values, is_dn), rule.get("RuleString") or ""
    if rule.get("RightAttribute") != ROLES:
        return values
    values = filter_preg(rule_string, values)
    if rule_string:
        values = filter_list(split_rule(rule_string), values)
    return add_prefix(rule.get("RolePrefix") or "", values)


def exclusive(values: Values, rule: Mapping[str, str], is_dn: bool) -> Values:
    """Apply a rule in the order that is assumed for claims: regular expression or list, never both.

    Arguments and result are those of ldap2017. Raises MissingLibrary.
    """
    values, rule_string = prepared(values, is_dn), rule.get("RuleString") or ""
    if rule.get("RightAttribute") != ROLES:
        return values
    if is_regex(rule_string):
        values = filter_preg(rule_string, values)
    elif rule_string:
        values = filter_list(split_rule(rule_string), values)
    return add_prefix(rule.get("RolePrefix") or "", values)


def unknown_outcome(values: Values, rule: Mapping[str, str], is_dn: bool) -> str:
    """Return in a sentence why it is not known which values a rule keeps, "" if it is.

    Public code reads a rule string that does not begin with preg as a list. The console's help has a regular expression
    without it. So a text that may be either is read both ways; that matters only if the outcomes differ. The arguments
    are those of exclusive. Raises MissingLibrary.
    """
    text = rule.get("RuleString") or ""
    is_list = "," in text and not SPECIAL.intersection(text)
    if not text or is_regex(text) or is_list:
        return ""
    by_list = exclusive(values, rule, is_dn) or []
    by_regex = exclusive(values, {**rule, "RuleString": f"{REGEX_MARK}:{text}"}, is_dn) or []
    if sorted(set(by_list)) == sorted(set(by_regex)):
        return ""
    return (
        f"It is not known whether Cells reads the rule string {text!r} as a list or as a regular expression "
        f"(rule_string). As a list, it gives {', '.join(by_list) or 'nothing'}; as a regular expression, "
        f"{', '.join(by_regex) or 'nothing'}."
    )


def prepared(values: Values, is_dn: bool) -> Values:
    """Return the values as rules see them: DNs cut to their names where is_dn, escapes and white space taken off."""
    return sanitize_values(remove_ldap_escape(convert_dn_to_name(values) if is_dn else values))


def predicted_roles(
    claims: Mapping[str, Any], rules: Sequence[Mapping[str, Any]], dn_to_name: bool = True, certain: bool = False
) -> list[str]:
    """Return the ids of the roles that claims give by mapping rules, in Cells' order, duplicates kept.

    claims: of an ID token, say. rules: with the keys of RULE_KEYS, in either form; those for another right attribute
    than Roles give nothing. dn_to_name: whether a DN becomes the name in it, which is not known for claims. certain:
    whether a rule string that can be read in two ways is an error if the outcomes differ; else it is read as a list.
    Raises InvalidInput if a rule or a claim cannot be used or the outcome is not known, MissingLibrary.
    """
    if not isinstance(claims, Mapping):
        raise InvalidInput(f"The claims must be a dictionary, such as those of an ID token, not {_kind(claims)}.")
    if isinstance(rules, (str, bytes, Mapping)) or not isinstance(rules, Sequence):
        raise InvalidInput(f"The mapping rules must be a list of dictionaries, not {_kind(rules)}.")
    roles: list[str] = []
    for number, given in enumerate(rules, start=1):
        rule = _rule(given, number)
        if rule["RightAttribute"] != ROLES:
            continue
        if rule["RightValueTemplate"]:
            raise InvalidInput(
                f"Mapping rule {number} has a right_value_template. Its effect in Cells is not known, so the roles "
                "cannot be predicted."
            )
        values = claim_values(claims.get(rule["LeftAttribute"]), rule["LeftAttribute"])
        if rule["LeftSplit"]:
            values = [part for value in values for part in value.split(rule["LeftSplit"])]
        unknown = unknown_outcome(values, rule, dn_to_name) if certain else ""
        if unknown:
            raise InvalidInput(f"Mapping rule {number}: {unknown} Begin a regular expression with preg:.")
        roles += exclusive(values, rule, is_dn=dn_to_name) or []
    return roles


class UnusableClaim(InvalidInput):
    """A claim holds values that Cells cannot make roles of, as far as is known."""


def claim_values(claim: Any, name: str) -> list[str]:
    """Return a claim as a list of str: one value is a list of one, null is left out, numbers and booleans as in JSON.

    Raises UnusableClaim for an object, or a list within a list.
    """
    values = []
    for item in claim if isinstance(claim, (list, tuple)) else [claim]:
        if isinstance(item, str):
            values.append(item)
        elif isinstance(item, (bool, int, float)):
            values.append(json.dumps(item))
        elif item is not None:
            raise UnusableClaim(
                f"The claim {name} contains {_kind(item)}. Only text, numbers, booleans and lists of these can "
                "become roles."
            )
    return values


def _rule(given: Any, number: int) -> dict[str, str]:
    """Return a rule with the names Cells uses, what is not given as empty text. Raises InvalidInput."""
    if not isinstance(given, Mapping):
        raise InvalidInput(f"Mapping rule {number} must be a dictionary, not {_kind(given)}.")
    unknown = sorted(str(key) for key in given if str(key).islower() and key not in RULE_KEYS)
    if unknown:
        raise InvalidInput(
            f"Mapping rule {number} has the unknown key {', '.join(unknown)}. Use {', '.join(RULE_KEYS)}."
        )
    rule = {}
    for option, key in RULE_KEYS.items():
        value = given.get(option, given.get(key))
        if key == "NoUpdate":
            continue
        if not isinstance(value, (str, type(None))):
            raise InvalidInput(f"Mapping rule {number}: {option} must be text, not {_kind(value)}.")
        rule[key] = value or ""
    for option in ("left_attribute", "right_attribute"):
        if not rule[RULE_KEYS[option]]:
            raise InvalidInput(f"Mapping rule {number} has no {option}.")
    return rule


def _kind(value: Any) -> str:
    """Return the kind of a value in words, never the value itself, because it may be personal."""
    if isinstance(value, Mapping):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "nothing" if value is None else f"of type {type(value).__name__}"
