# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's readings of a healthy site. Tests change them before they ask for the findings."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.chain import chain
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.examine import Seen, judge
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    Finding,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import connector
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import (
    CellsReadings,
    KeycloakReadings,
    Reading,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import NotAuthorized, Unreachable

OTHER = "https://files.example.com"
CELLS, KEYCLOAK = "https://cells.example.org", "https://sso.example.org"
ISSUER = f"{KEYCLOAK}/realms/cells"
CALLBACK = f"{CELLS}/auth/login/keycloak/callback"
SECRET = "secret-of-the-client-0123456789"
GROUPS = ["cn=Test_DEM_WebUsers,ou=groups,dc=example,dc=org"]
CLAIMS = {"sub": "1", "name": "Dora Demo", "email": "dora@example.org", "cellsgroups": GROUPS}
CLOCK = {"skew_seconds": 0.0, "uncertainty_seconds": 0.5, "source": "a test"}
OPTIONS: dict[str, Any] = {
    "auth_keycloak_url": KEYCLOAK,
    "cells_url": CELLS,
    "realm": "cells",
    "client_id": "cells",
    "connector_id": "keycloak",
    "client_scope": "cellsscope",
    "groups_attribute": "cellsgroups",
    "ldap_provider": "ldap",
    "ldap_attribute": "memberOf",
    "username": "dora",
    "dn_to_name": True,
    "group": "",
    "max_clock_skew": 5,
    "validate_certs": True,
    "cells_config": {
        "static_clients": [{"client_id": "cells-frontend", "audience": [CELLS]}],
        "life_spans": {"access_token": 600, "refresh_token": 6000},
        "oauth_secret_is_public": False,
        "username_as_login": [],
    },
    "callback_url": "",
    "roles": {},
    "keycloak_from_cells": {
        "url": f"{ISSUER}/.well-known/openid-configuration",
        "reachable": True,
        "problem": "",
        "reason": "",
        "seconds": 0.1,
    },
    "session": {
        "login": {"username": "dora", "roles": []},
        "refreshes": [{"after_seconds": 0.1, "status": 200, "ok": True, "reason": ""}],
    },
}
FORBIDDEN = Reading(error=NotAuthorized("GET", KEYCLOAK, 403, "", "view-users is missing."))
NO_TLS = Reading(error=Unreachable("TLS", KEYCLOAK, "TLS failed: certificate has expired"))
SILENT = Reading(error=Unreachable("GET", KEYCLOAK, "TLS failed: certificate has expired"))


class HealthySite:
    """Readings, and the options they were read for; those of a site that is whole until a test changes them."""

    def __init__(self) -> None:
        mapper = {
            "claim.name": "cellsgroups",
            "user.attribute": "cellsgroups",
            "jsonType.label": "String",
            **dict.fromkeys(("multivalued", "aggregate.attrs", "id.token.claim"), "true"),
            **dict.fromkeys(("access.token.claim", "userinfo.token.claim"), "true"),
        }
        ldap_mapper = {
            "user.model.attribute": ["cellsgroups"],
            "ldap.attribute": ["memberOf"],
            "read.only": ["true"],
            "always.read.value.from.ldap": ["true"],
        }
        self.options = copy.deepcopy(OPTIONS)
        self.issuer = ISSUER
        self.realm: dict[str, Any] = {"enabled": True, "accessTokenLifespan": 300}
        self.groups: list[str] | None = GROUPS
        self.roles: list[dict[str, Any]] = [{"Uuid": "ADMINS"}, {"Uuid": "Test_DEM_WebUsers", "Label": "Web users"}]
        self.own_issuer: Any = (f"{CELLS}/oidc/", 200)
        self.sites: list[str] = []
        self.client: dict[str, Any] = {
            "clientId": "cells",
            "standardFlowEnabled": True,
            "redirectUris": [CALLBACK],
            "webOrigins": [CELLS],
            "defaultClientScopes": ["basic", "cellsscope", "email", "profile"],
            "attributes": {},
        }
        self.scope: dict[str, Any] = {
            "name": "cellsscope",
            "protocolMappers": [
                {"name": "User Group Mapper", "protocolMapper": "oidc-usermodel-attribute-mapper", "config": mapper}
            ],
        }
        self.ldap_mapper: dict[str, Any] = {
            "name": "memberOf to group",
            "parentId": "p",
            "providerId": "user-attribute-ldap-mapper",
            "config": ldap_mapper,
        }
        self.provider: dict[str, Any] = {
            "id": "p",
            "name": "ldap",
            "config": {
                "enabled": ["true"],
                "cachePolicy": ["NO_CACHE"],
                "connectionUrl": ["ldaps://ldap.example.org"],
            },
        }
        self.mappers = [self.ldap_mapper]
        self.policies: dict[str, Any] = {"policies": []}
        self.executions = [{"providerId": "auth-username-password-form", "requirement": "REQUIRED", "level": 0}]
        self.lockout: dict[str, Any] = {"disabled": False}
        self.profile: dict[str, Any] = {"attributes": []}
        entry = "uid=dora,ou=people,dc=example,dc=org"
        self.user: dict[str, Any] = {
            "enabled": True,
            "federationLink": "p",
            "attributes": {"cellsgroups": GROUPS, "LDAP_ENTRY_DN": [entry]},
        }
        self.tokens: dict[str, dict[str, Any]] = {
            kind: dict(CLAIMS) for kind in ("id_token", "access_token", "userinfo")
        }
        self.oidc: dict[str, Any] = {
            "issuer": ISSUER,
            "clientID": "cells",
            "clientSecret": SECRET,
            "redirectURI": CALLBACK,
            "scopes": ["openid", "profile", "email"],
            "userIDKey": "email",
            "userNameKey": "email",
            "insecureSkipEmailVerified": True,
        }
        self.rule: dict[str, Any] = {"LeftAttribute": "cellsgroups", "RightAttribute": "Roles"}
        self.login_form: dict[str, Any] = {"form": True, "leads_to": "", "status": 200, "words": "Sign in"}
        self.code: dict[str, Any] = {"error": "invalid_grant", "words": "invalid_grant: Code not valid"}
        self.login_page: list[dict[str, Any]] = [{"Id": "keycloak", "Name": "SSO with Keycloak"}]
        self.audience: Any = [CELLS]
        self.clocks = {"Keycloak": Reading(dict(CLOCK)), "Cells": Reading(dict(CLOCK))}
        self.certificates = {
            f"tls.{name}": Reading({"url": url, "days_left": 80, "local": False})
            for name, url in (("keycloak", KEYCLOAK), ("cells", CELLS))
        }
        self.instead: dict[str, Reading] = {}
        """Readings that take the place of others."""

    def seen(self) -> Seen:
        """Return all readings."""
        keycloak = {
            "discovery": self.issuer,
            "login": self.clocks["Keycloak"].value,
            "realm": self.realm,
            "version": "26.7.3",
            "client": self.client,
            "secret": SECRET,
            "client_scopes": [self.scope, {"name": "basic"}],
            "group_names": self.groups,
            "profile": self.profile,
            "login_form": self.login_form,
            "code": self.code,
            "policies": self.policies,
            "policy_profiles": {"profiles": [{"name": "strict", "executors": [{"executor": "dpop-bind-enforcer"}]}]},
            "flow": {"alias": "browser", "executions": self.executions},
            "credentials": [],
            "lockout": self.lockout,
            "required_actions": [
                {"alias": "VERIFY_PROFILE", "name": "Verify Profile", "enabled": True},
                {"alias": "UPDATE_PASSWORD", "name": "Update Password", "enabled": True},
                {"alias": "CONFIGURE_TOTP", "name": "Configure OTP", "enabled": False},
            ],
            "provider": self.provider,
            "mappers": self.mappers,
            "ldap_test": None,
            "user": self.user,
            "tokens": self.tokens,
        }
        cells = {
            "bootconf": {"backend": {"PackageType": "PydioEnterprise", "PackageLabel": "Pydio Cells Enterprise"}},
            "own_issuer": self.own_issuer,
            "login_page": self.login_page,
            "connectors": [
                {
                    "id": "keycloak",
                    "sites": self.sites,
                    "name": "SSO with Keycloak",
                    "type": "oidc",
                    "configoidc": self.oidc,
                    "mappingRules": [self.rule],
                }
            ],
            "static_client": {"client_id": "cells-frontend", "audience": self.audience},
            "roles": self.roles,
            "version": "4.4.13",
            "issuer": self.issuer,
        }
        return Seen(
            KeycloakReadings(**self._read(keycloak)),
            CellsReadings(**self._read(cells)),
            self.clocks,
            self.certificates,
        )

    def _read(self, side: dict[str, Any]) -> dict[str, Any]:
        return {name: self.instead.get(name, Reading(value)) for name, value in side.items()}

    def findings(self) -> list[Finding]:
        """Return the doctor's findings about them."""
        return judge(self.seen(), self.options)

    def named(self, verdict: str) -> list[str]:
        """Return the ids of the findings of that verdict."""
        return [finding.id for finding in self.findings() if finding.verdict == verdict]

    def finding(self, finding_id: str) -> Finding:
        """Return the finding of that id."""
        (found,) = (finding for finding in self.findings() if finding.id == finding_id)
        return found

    def links(self) -> dict[str, dict[str, Any]]:
        """Return the chain's links by their ids."""
        seen = self.seen()
        shown = chain(seen.keycloak, self.options, connector(seen.cells), self.findings())
        assert shown is not None
        return {link["id"]: link for link in shown["links"]}


Change = Callable[[HealthySite], object]
