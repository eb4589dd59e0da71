# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of sites in different states, made by the doctor itself from sample readings."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from ansible_collections.cellsops.sso.plugins.module_utils.doctor import examine
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading
from ansible_collections.cellsops.sso.plugins.module_utils.errors import NotAuthorized, SsoError, Unreachable

Report = dict[str, Any]
Values = dict[str, Any]

CELLS = "https://cells.example.org"
KEYCLOAK = "https://sso.example.org"
ISSUER = f"{KEYCLOAK}/realms/staff"
CALLBACK = f"{CELLS}/auth/login/keycloak/callback"
GROUPS = [
    "cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org",
    "cn=Test_Etrange_Gov,ou=test-pydio-cells,dc=example,dc=org",
    "cn=Printers,ou=test-pydio-cells,dc=example,dc=org",
]
HOSTILE = (
    "</title></style><script>window.taken = 1</script><img src=https://evil.example.org/x onerror='window.taken = 2'>"
    "\"'><svg onload=window.taken=3>&lt;b&gt;{{ 7 * 191 }}{% raw %}\x1b[31m\r\n\u202e"
)


class Seen:
    """The readings and options of a healthy site; a sample changes some of them."""

    def __init__(self) -> None:
        static_client = {"client_id": "cells-frontend", "audience": [CELLS]}
        self.options: Values = {
            "auth_keycloak_url": KEYCLOAK,
            "realm": "staff",
            "client_id": "cells.example.org",
            "client_scope": "cellsscope",
            "groups_attribute": "cellsgroups",
            "ldap_provider": "ldap",
            "ldap_attribute": "memberOf",
            "username": "dora",
            "dn_to_name": True,
            "group": "",
            "max_clock_skew": 5.0,
            "validate_certs": True,
            "cells_url": CELLS,
            "connector_id": "keycloak",
            "cells_config": {
                "static_clients": [static_client],
                "life_spans": {"access_token": 600, "refresh_token": 5184000},
                "oauth_secret_is_public": False,
                "username_as_login": [],
            },
            "callback_url": "",
            "roles": {},
            "keycloak_from_cells": {"url": ISSUER, "reachable": True, "problem": "", "message": "", "seconds": 0.1},
            "session": {
                "login": {"username": "dora@example.org", "roles": ["Test_DEM_WebUsers", "Test_Etrange_Gov"]},
                "refreshes": [{"after_seconds": 0.2, "status": 200, "ok": True, "cause": "", "message": ""}],
            },
        }
        self.keycloak: Values = {
            "discovery": ISSUER,
            "group_names": GROUPS,
            "login": {"skew_seconds": 0.3, "uncertainty_seconds": 0.5},
            "version": "26.7.3",
            "realm": {
                "realm": "staff",
                "enabled": True,
                "accessTokenLifespan": 300,
                "ssoSessionIdleTimeout": 1800,
                "ssoSessionMaxLifespan": 36000,
            },
            "client": {
                "clientId": "cells.example.org",
                "enabled": True,
                "publicClient": False,
                "standardFlowEnabled": True,
                "redirectUris": [CALLBACK],
                "webOrigins": [CELLS],
                "defaultClientScopes": ["basic", "cellsscope", "email", "profile"],
            },
            "secret": "secret-of-a-sample-0123456789",
            "client_scopes": [
                {"name": "basic"},
                {"name": "cellsscope", "protocolMappers": [mapper("cellsgroups")]},
            ],
            "login_form": {"form": True, "leads_to": "", "status": 200, "words": "Sign in"},
            "code": {"error": "invalid_grant", "words": "invalid_grant: Code not valid"},
            "provider": {
                "id": "1",
                "name": "ldap",
                "config": {"connectionUrl": ["ldaps://ldap.example.org"], "cachePolicy": ["NO_CACHE"]},
            },
            "ldap_test": None,
            "mappers": [
                {
                    "name": "memberOf to group",
                    "parentId": "1",
                    "providerId": "user-attribute-ldap-mapper",
                    "config": {
                        "user.model.attribute": ["cellsgroups"],
                        "ldap.attribute": ["memberOf"],
                        "read.only": ["true"],
                        "always.read.value.from.ldap": ["true"],
                    },
                }
            ],
            "profile": {"attributes": [{"name": "cellsgroups"}]},
            "user": {
                "username": "dora",
                "enabled": True,
                "federationLink": "1",
                "attributes": {"cellsgroups": GROUPS, "LDAP_ENTRY_DN": ["uid=dora,ou=people,dc=example,dc=org"]},
            },
            "tokens": tokens(),
        }
        self.cells: Values = {
            "bootconf": {"backend": {"PackageType": "Enterprise", "PackageLabel": "Pydio Cells Enterprise"}},
            "own_issuer": (f"{CELLS}/oidc/", 200),
            "login_page": [{"Id": "keycloak", "Name": "SSO with Keycloak"}],
            "connectors": [
                {
                    "id": "keycloak",
                    "type": "oidc",
                    "name": "SSO with Keycloak",
                    "configoidc": {
                        "clientID": "cells.example.org",
                        "clientSecret": "secret-of-a-sample-0123456789",
                        "redirectURI": CALLBACK,
                        "issuer": ISSUER,
                        "scopes": ["openid", "profile", "email"],
                        "insecureSkipEmailVerified": True,
                        "getUserInfo": True,
                        "userIDKey": "email",
                        "userNameKey": "email",
                    },
                    "mappingRules": [
                        {"LeftAttribute": "cellsgroups", "RightAttribute": "Roles", "RuleString": "preg:^Test_.*"}
                    ],
                }
            ],
            "static_client": static_client,
            "version": "4.4.13",
            "issuer": ISSUER,
            "roles": [{"Uuid": role, "Label": role} for role in ("Test_DEM_WebUsers", "Test_Etrange_Gov")],
        }
        self.days = {KEYCLOAK: 74, CELLS: 30}

    def report(self) -> Report:
        """Return the doctor's report about it."""

        def readings(values: Values) -> dict[str, Reading]:
            return {k: Reading(error=v) if isinstance(v, SsoError) else Reading(v) for k, v in values.items()}

        with patch.multiple(
            examine,
            read_keycloak=lambda *_: readings(self.keycloak),
            read_cells=lambda *_: readings(self.cells),
            measure=lambda _: {"skew_seconds": 0.2, "uncertainty_seconds": 0.5},
            days_left=lambda url, _: {"url": url, "days_left": self.days[url], "local": False},
        ):
            report: Report = examine.examine(None, None, self.options)  # type: ignore[arg-type]
        return report | {"checked_at": "2026-11-24T12:00:00Z"}


def mapper(claim: str) -> Values:
    """Return the protocol mapper of a claim."""
    kinds = {f"{kind}.token.claim": "true" for kind in ("id", "access", "userinfo")}
    return {
        "name": "User Group Mapper",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {
            "claim.name": claim,
            "user.attribute": claim,
            "multivalued": "true",
            "aggregate.attrs": "true",
            **kinds,
        },
    }


def tokens() -> Values:
    """Return the claims of dora."""
    person = {
        "sub": "1d0e096c-60a8-48fd-8493-89602b4e795a",
        "email_verified": False,
        "cellsgroups": GROUPS,
        "name": "Dora Démo",
        "preferred_username": "dora",
        "email": "dora@example.org",
    }
    token = {"exp": 1795522200, "iat": 1795521900, "iss": ISSUER, "azp": "cells.example.org", "acr": "1"}
    access = {
        "allowed-origins": [CELLS],
        "realm_access": {"roles": ["offline_access", "uma_authorization"]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
        "scope": "openid email cellsscope profile",
    }
    return {
        "id_token": {**token, "aud": "cells.example.org", "typ": "ID", **person},
        "access_token": {**token, "aud": "account", "typ": "Bearer", **access, **person},
        "userinfo": person,
    }


def all_in_order(_seen: Seen) -> None:
    """Everything was checked and is well."""


def healthy(seen: Seen) -> None:
    """All is well, but a login was not tried."""
    seen.options["session"] = {}


def broken(seen: Seen) -> None:
    """The claim is missing, a clock is off, and a redirect URI has a wildcard."""
    healthy(seen)
    seen.keycloak["client"]["defaultClientScopes"].remove("cellsscope")
    for claims in seen.keycloak["tokens"].values():
        claims.pop("cellsgroups")
    seen.keycloak["login"]["skew_seconds"] = -342.1
    seen.keycloak["client"]["redirectUris"].append(f"{CELLS}/*")


def warnings(seen: Seen) -> None:
    """A rule keeps none of the values, and a redirect URI has a wildcard."""
    healthy(seen)
    seen.cells["connectors"][0]["mappingRules"][0]["RuleString"] = "Nobody"
    seen.keycloak["client"]["redirectUris"].append(f"{CELLS}/*")


def claim_in_the_id_token_only(seen: Seen) -> None:
    """The protocol mapper leaves the groups out of access token and userinfo."""
    for kind in ("access", "userinfo"):
        seen.keycloak["client_scopes"][1]["protocolMappers"][0]["config"][f"{kind}.token.claim"] = "false"
    for kind in ("access_token", "userinfo"):
        seen.keycloak["tokens"][kind].pop("cellsgroups")


def not_checked(seen: Seen) -> None:
    """The account has few rights, nobody is named, and Cells' file was not read."""
    healthy(seen)
    seen.options |= {"username": "", "cells_config": {"msg": "The configuration file was not read."}}
    paths = {"client": "clients", "client_scopes": "client-scopes", "provider": "components"}
    for name, path in paths.items():
        url = f"{KEYCLOAK}/admin/realms/staff/{path}"
        seen.keycloak[name] = NotAuthorized("GET", url, 403, "no reason given", "The account lacks a right.")
    del seen.keycloak["user"], seen.keycloak["tokens"]
    seen.keycloak["login"] = {}


def down(seen: Seen) -> None:
    """Keycloak does not answer, so much is not known, and null."""
    healthy(seen)
    address = f"{ISSUER}/.well-known/openid-configuration"
    gone = Unreachable("GET", address, "no answer: [Errno 111] Connection refused")
    seen.keycloak = {"discovery": gone}
    seen.cells["issuer"] = gone


def report_of(change: Callable[[Seen], None]) -> Report:
    """Return the report of a site after a change."""
    seen = Seen()
    change(seen)
    return seen.report()


def with_text(text: str) -> Report:
    """Each text of the report, and each name of a claim, is the given one."""

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            fixed = ("verdict",)
            return {key: value[key] if key in fixed else replaced(value[key]) for key in value}
        if isinstance(value, list):
            return [replaced(item) for item in value]
        return text if isinstance(value, str) else value

    report: Report = replaced(report_of(broken))
    for a in report["chain"]["links"]:
        a["values"] = a["values"] or [text]
    for claims in report["claims"].values():
        claims |= {text: text, f"{text}2": [text, text], f"{text}3": {text: [text, {text: None}]}}
    return report


def long_values() -> Report:
    """Values without an end and without a space, and many of them."""
    report = with_text("cn=" + "x" * 700 + ",dc=example")
    report["chain"]["links"][1]["values"] = [f"cn=group-{number}," + "ou=deep," * 40 for number in range(40)]
    report["clocks"][0]["skew_seconds"] = -123456789.5
    report["tokens"][0]["seconds"] = 10**12
    report["tokens"][1]["seconds"] = 0
    return report


SAMPLES: dict[str, Report] = {
    "healthy": report_of(healthy),
    "all-in-order": report_of(all_in_order),
    "broken": report_of(broken),
    "warnings": report_of(warnings),
    "id-token-only": report_of(claim_in_the_id_token_only),
    "not-checked": report_of(not_checked),
    "down": report_of(down),
    "hostile": with_text(HOSTILE),
    "long": long_values(),
}


def sample(name: str) -> Report:
    """Return a copy of a sample."""
    return deepcopy(SAMPLES[name])
