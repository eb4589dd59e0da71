# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the stand-in for open questions about Cells Enterprise: one for each assumption of the collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from standin.collection import ASSUMPTIONS, BY_ID, Assumption

VARIABLES = {each.id: f"STANDIN_{each.id.upper()}" for each in ASSUMPTIONS}
"""The environment variable of each assumption, by its id."""


class Assumed(Mapping[str, str]):
    """The answer to each question, by the question's id."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        """Take the answers that differ from the defaults. Raises KeyError, ValueError."""
        self._answers = {each.id: each.default for each in ASSUMPTIONS}
        for name, answer in chosen.items():
            if answer not in BY_ID[name].answers:
                choices = ", ".join(BY_ID[name].answers)
                raise ValueError(f"{VARIABLES[name]} is {answer!r}, but it must be one of {choices}.")
            self._answers[name] = answer

    def __getitem__(self, name: str) -> str:
        """Return the answer to a question."""
        return self._answers[name]

    def __iter__(self) -> Iterator[str]:
        """Return the ids."""
        return iter(self._answers)

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self._answers)


FIXED = (
    Assumption(
        "rule_order",
        "Does Cells read a rule string as a regular expression, as a list, or first as one and then as the other?",
        {"exclusive": "as one of them, never both"},
        "The public LDAP connector does both, so a rule with `preg:` gives nothing there.",
    ),
    Assumption(
        "claim_types",
        "What happens to claims that are not text?",
        {"json": "numbers and booleans count as their JSON text, null gives nothing, an object makes the login fail"},
        "Not documented.",
    ),
    Assumption(
        "left_split",
        "What does `LeftSplit` do?",
        {"separator": "it splits each value at this text"},
        "The console's help calls it a separator.",
    ),
    Assumption(
        "right_value_template",
        "What does `RightValueTemplate` do?",
        {"refused": "a rule for `Roles` that has one fails the login, and the filter `cells_roles`"},
        "The console's help: it replaces the value; a Go template with `{{.LeftValue}}` and `{{.ConnectorID}}`.",
    ),
    Assumption(
        "no_update",
        "What does `NoUpdate` do?",
        {"ignored": "nothing"},
        "Only its name is documented.",
    ),
    Assumption(
        "right_attributes",
        "What is the effect of rules whose right attribute is not `Roles`?",
        {"ignored": "none"},
        "Not documented.",
    ),
    Assumption(
        "roles_of_a_login",
        "What does a login do to the roles that a user already has?",
        {"replaced": "it replaces them with those from the rules"},
        "Not documented.",
    ),
    Assumption(
        "user_group",
        "In which group does a first login put a user?",
        {"connector": "in one that is named after the connector's id"},
        "Code of 2019 and a vendor's guide.",
    ),
    Assumption(
        "user_id",
        "Can another subject of the provider use a login name that is taken?",
        {"refused": "no. The same applies to users of another connector and to local users"},
        "`userIDKey` has the default `sub`, `userNameKey` the default `name`, as in dex.",
    ),
    Assumption(
        "user_info",
        "Which claims count if `getUserInfo` is set?",
        {"over": "those of the ID token, overridden by those of userinfo"},
        "As in dex.",
    ),
    Assumption(
        "hosted_domains",
        "What does `hostedDomains` check?",
        {"hd": "the claim `hd` must be one of them"},
        "As in dex.",
    ),
    Assumption("pkce", "Does the connector use PKCE?", {"no": "no"}, "It has no setting for it."),
    Assumption(
        "clock_leeway",
        "How far may the provider's clock be off?",
        {"go_oidc": "`exp` has no leeway, `nbf` has five minutes, and `iat` is ignored"},
        "The library `go-oidc`, which dex uses, behaves like this.",
    ),
    Assumption(
        "connector_key",
        "Which keys does a connector have in `pydio.json`?",
        {"rest": "those of the REST API, such as `configoidc`"},
        "Not documented. Do not write connectors into a real file.",
    ),
    Assumption(
        "bad_body",
        "How does Enterprise refuse a connector or client that it cannot use?",
        {"400": "with status 400"},
        "Home answers 500 to a body with fields that it does not know.",
    ),
    Assumption(
        "package_type",
        "What is the package type of Enterprise?",
        {"PydioEnterprise": "`PydioEnterprise`"},
        "Only known from the name of an update package. The collection tests for any value but `PydioHome`.",
    ),
    Assumption(
        "error_detail",
        "What does `Detail` of an error contain in v5?",
        {"code": "the code of an API error"},
        "Public code. In 4.0.1, it contains the title, sometimes after a status in words.",
    ),
    Assumption(
        "broken_clients",
        "What happens to a login by SSO if Cells cannot read its static clients?",
        {"500": "it ends with status 500"},
        "hydra 1.11 (v4) fails on the whole list. Version 2 (v5) was not tried.",
    ),
    Assumption(
        "provider_logout",
        "Does a logout end the session at the provider?",
        {"no": "no"},
        "Public code only ends Cells' own tokens.",
    ),
    Assumption(
        "inactivity",
        "What does `revokeRefreshTokenAfterInactivity` do?",
        {"ignored": "nothing"},
        "It is part of a new configuration.",
    ),
    Assumption(
        "store_of_a_release",
        "Which release has which store?",
        {"newest": "newer v5 releases have `v5-kv-trunc`; `cells version` says 5.0.0 for all v5 stores"},
        "The stores are known by commit, not by release.",
    ),
    Assumption(
        "audience_urls",
        "Which rules does Cells use to read the URLs in an audience?",
        {"go1.25": "those of Go up to 1.25"},
        "Later versions refuse some hosts with unusual colons and brackets.",
    ),
)
"""Questions whose one answer is built into the stand-in: there is no setting for them."""
