# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open questions about Cells Enterprise: each with the plausible answers, and the one that is assumed.

The id of an assumption never changes: reports about real servers refer to it. The conformance kit asks a real server
for the answers, and the tests' stand-in takes each of them as a setting. docs/standin.md is generated from this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Assumption:
    """A question about Cells.

    answers: value to meaning, the default first. known: the evidence, with its source. caveat: the sentence in a
    message that depends on the default, without its full stop; empty if no message does.
    """

    id: str
    question: str
    answers: Mapping[str, str]
    known: str
    caveat: str = ""

    @property
    def default(self) -> str:
        """The answer that is assumed unless a setting says otherwise."""
        return next(iter(self.answers))


ASSUMPTIONS = (
    Assumption(
        "secret_visibility",
        "How does GET show the secret of a connector?",
        {"clear": "as it is", "hidden": "not at all", "masked": "as `********`"},
        "Not documented.",
    ),
    Assumption(
        "secret_on_put",
        "What does a PUT of a connector without its secret do?",
        {"keep": "keeps the old secret; a PUT with the mask keeps it too", "clear": "removes the secret"},
        "Not documented.",
    ),
    Assumption(
        "oauth2clients",
        "What happens to fields of a static client that the documentation of the REST API does not list?",
        {
            "schema": "GET leaves them out, PUT loses them",
            "merge": "GET leaves them out, PUT keeps them",
            "full": "GET shows them, PUT accepts them",
        },
        "The documented schema lacks fields that Cells' own clients have.",
    ),
    Assumption(
        "login_name",
        "Which claim is the login name of a user?",
        {
            "email": "`email`, unless `CELLS_CONNECTOR_USERNAME_AS_LOGIN` lists the connector's id",
            "name_key": "always the claim in `userNameKey`",
        },
        "The vendor's command reference describes the variable.",
        "The e-mail address is assumed to be the login in Cells",
    ),
    Assumption(
        "login_begin",
        "Where does a login by SSO begin?",
        {
            "auth_login": "at `/auth/login/<connector>`",
            "challenge": "at `/auth/login/<connector>?login_challenge=…`, with a challenge from `/oidc/oauth2/auth`",
        },
        "Not documented. The callback is below `/auth/login/`.",
    ),
    Assumption(
        "login_end",
        "Where does a login by SSO end?",
        {"login_callback": "at `/login/callback?code=…`", "auth_callback": "at `/auth/callback?code=…`"},
        "Public code and a report by a user of 5.0.3-dev say `/login/callback`.",
    ),
    Assumption(
        "login_failure",
        "How does Cells report that a login by SSO failed?",
        {"page": "with an error page of status 401", "redirect": "with a redirect to `/login?error=…`"},
        "The public web interface shows the parameter `error`.",
    ),
    Assumption(
        "callback_path",
        "To which path does Keycloak send users back?",
        {
            "connector": "`/auth/login/<connector>/callback`",
            "login": "`/auth/login/callback`",
            "dex": "`/auth/dex/callback`",
        },
        "The vendor's documents for different versions name all three.",
        "Cells is assumed to take users back at /auth/login/<connector>/callback",
    ),
    Assumption(
        "sso_audience",
        "Which audience does a session by SSO have?",
        {
            "granted": "the external URL, which Cells grants although the login does not ask for it",
            "none": "none, so every refresh succeeds",
            "asked": "the external URL, for which the login asks, so the login itself fails if it is not listed",
        },
        "The vendor advises to list the external URL, because sessions end after ten minutes without it.",
        "Sessions are assumed to have the external URL as their audience",
    ),
    Assumption(
        "refused_refresh",
        "With which status does Cells refuse a refresh?",
        {"401": "401", "500": "500"},
        "4.0.1 answered 401. Newer public code answers 500 for some causes.",
    ),
    Assumption(
        "rule_string",
        "How does Cells read a rule string that does not begin with `preg:`?",
        {"list": "as a list of values", "regex": "as a regular expression"},
        "Public code reads it as a list. The console's help has the example `group(.*)`.",
    ),
    Assumption(
        "dn_to_name",
        "Does Cells reduce a distinguished name in a claim to its first name?",
        {"yes": "yes", "no": "no"},
        "The public LDAP connector does.",
        "Cells is assumed to turn the distinguished names of groups into names",
    ),
    Assumption(
        "missing_roles",
        "What does Cells do if no role has the id in the claim?",
        {"made": "it creates the role", "ignored": "it ignores the value"},
        "Values are role ids, not labels (LDAP documentation).",
        "Cells is assumed to create roles that it does not have",
    ),
    Assumption(
        "missing_claim",
        "What happens to the roles of a user whose token lacks the claim?",
        {"empties": "the user loses them", "keeps": "the user keeps them"},
        "Not documented.",
        "Cells is assumed to remove the roles of users whose token lacks the claim",
    ),
    Assumption(
        "debug_id_token",
        "Does the log at level debug contain complete ID tokens?",
        {"yes": "yes", "no": "no"},
        "The vendor's guide says yes. The log of Cells Home contains none after a login with a password or a code.",
    ),
    Assumption(
        "reload",
        "When does a change through the REST API take effect?",
        {"at_once": "at once", "restart": "after a restart"},
        "In public code, the server notices its own changes to the configuration.",
        "Cells is assumed to apply changes through the REST API without a restart",
    ),
    Assumption(
        "sites",
        "Does the field `sites` limit a connector to external URLs?",
        {"respected": "yes", "ignored": "no"},
        "The console's help says so.",
        "Cells is assumed to offer a connector only on the sites that it is limited to",
    ),
    Assumption(
        "email_verified_false",
        "What happens to a login if `email_verified` is false and the connector does not skip the check?",
        {"refused": "Cells refuses it", "passed": "Cells accepts it"},
        "The connector resembles that of dex, which refuses a missing claim and passes on a false one.",
        "Cells is assumed to refuse users whose address is not verified",
    ),
)

BY_ID = {each.id: each for each in ASSUMPTIONS}


def caveat(*ids: str) -> str:
    """Return the sentences for a message that depends on these assumptions, each with its id; "" for none."""
    return " ".join(f"{BY_ID[name].caveat} ({name})." for name in ids)
