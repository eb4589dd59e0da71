# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports a site that was set up by hand as variables of the role setup, with the settings that these cannot
express."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import (
    CELLS_OWN_CLIENT,
    audience_urls,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import (
    OIDC,
    RULE_DEFAULTS,
    RULES,
    Connector,
    shows_secret,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import RULE_KEYS
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.cells.urls import callback_url
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Definition
from ansible_collections.cellsops.sso.plugins.module_utils.definitions import (
    cells_connector,
    keycloak_client_scope,
    keycloak_ldap_mapper,
    keycloak_oidc_client,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.export import role_options
from ansible_collections.cellsops.sso.plugins.module_utils.export.hand_made import HandMade
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.client_representation import TRIGGER
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.client_scopes import ClientScope
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import Client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import ATTRIBUTE, SOURCES
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import LdapMapper, first_values
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Resource
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, declared_part, is_mask

LDAP = "ldap_attribute"
"""The source of groups that fills a user attribute from LDAP."""

GUIDE_SCOPE = "cellsscope"
GUIDE_CLAIM = "cellsgroups"
GUIDE_PROTOCOL_MAPPER = "User Group Mapper"
"""The role's default names, for objects that the site does not have."""


def variables_of(found: HandMade, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of the role that describe the site, none of them a secret. options: of sso_export_info."""
    return {
        "sso_keycloak_url": options["auth_keycloak_url"],
        "sso_realm": options["realm"],
        "sso_cells_url": options["cells_url"],
        **_client(found),
        **_connector(found, options),
        **_claim(found),
        **_cells(found, options["cells_config"] or {}),
    }


def _client(found: HandMade) -> dict[str, Any]:
    attributes = found.client.get("attributes") or {}
    return {
        "sso_client_id": found.client["clientId"],
        "sso_client_name": found.client.get("name") or "",
        "sso_rotate_secret_on": attributes.get(TRIGGER, ""),
    }


def _connector(found: HandMade, options: Mapping[str, Any]) -> dict[str, Any]:
    connector, config = found.connector, found.connector[OIDC]
    variables = {
        "sso_connector_id": connector["id"],
        "sso_connector_name": connector.get("name") or "",
        "sso_callback_url": config.get("redirectURI") or callback_url(options["cells_url"], connector["id"]),
        "sso_issuer": config.get("issuer") or "",
        "sso_scopes": config.get("scopes") or [],
        "sso_insecure_skip_email_verified": bool(config.get("insecureSkipEmailVerified")),
        "sso_get_user_info": bool(config.get("getUserInfo")),
        "sso_basic_auth_unsupported": bool(config.get("basicAuthUnsupported")),
        "sso_user_id_key": config.get("userIDKey") or "",
        "sso_user_name_key": config.get("userNameKey") or "",
        "sso_mapping_rules": [_rule(rule) for rule in connector[RULES]],
    }
    # Without the variable, the role leaves the sites alone.
    return {**variables, "sso_sites": connector["sites"]} if connector["sites"] else variables


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping rule in the form of the role's variable, without the defaults of a new rule."""
    own = {option: rule.get(key) for option, key in RULE_KEYS.items()}
    return {option: value for option, value in own.items() if value != RULE_DEFAULTS.get(RULE_KEYS[option])}


def _claim(found: HandMade) -> dict[str, Any]:
    scope = found.scope or {"name": GUIDE_SCOPE}
    variables = {
        "sso_groups_attribute": found.claim or GUIDE_CLAIM,
        "sso_scope_name": scope["name"],
        "sso_scope_description": scope.get("description") or "",
        **_sources(found),
    }
    if found.provider is None or found.ldap_mapper is None or LDAP not in variables["sso_groups_source"]:
        return {**variables, "sso_ldap_provider": ""}
    return {
        **variables,
        "sso_ldap_provider": found.provider["name"],
        "sso_mapper_name": found.ldap_mapper["name"],
        "sso_ldap_attribute": first_values(found.ldap_mapper).get("ldap.attribute", ""),
    }


def _sources(found: HandMade) -> dict[str, Any]:
    """Return where the groups come from, by the types of the protocol mappers that write the claim."""
    mappers = {mapper.get("protocolMapper"): mapper for mapper in found.protocol_mappers}
    attribute = "user_attribute" if found.ldap_mapper is None and found.protocol_mappers else LDAP
    kinds = {kind.protocol_mapper: kind for kind in SOURCES.values()}
    sources = [name for name, kind in SOURCES.items() if kind.protocol_mapper in mappers and kind is not ATTRIBUTE]
    if ATTRIBUTE.protocol_mapper in mappers or not sources:
        sources.insert(0, attribute)
    config: dict[str, Any] = {}
    names = []
    for kind, mapper in ((kinds[each], mappers[each]) for each in kinds if each in mappers):
        config.update(mapper.get("config") or {})
        name = str(mapper["name"])
        names.append(name[: -len(kind.suffix)] if kind.suffix and name.endswith(kind.suffix) else name)
    prefixes = [key for key in config if key.endswith("rolePrefix") and config[key]]
    return {
        "sso_protocol_mapper_name": names[0] if names else GUIDE_PROTOCOL_MAPPER,
        "sso_groups_source": sources,
        "sso_groups_full_path": config.get("full.path") == "true",
        "sso_groups_client": config.get("usermodel.clientRoleMapping.clientId") or "",
        "sso_groups_role_prefix": config[prefixes[0]] if prefixes else "",
    }


def _cells(found: HandMade, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of the Cells host that could be read."""
    audience = audience_urls((found.static_client or {}).get("audience"))
    by_name = config.get("username_as_login")
    return {
        **({"sso_audience": audience} if audience else {}),
        **({} if by_name is None else {"sso_username_as_login": found.connector["id"] in by_name}),
    }


class Differences:
    """The values that the role would change in spite of these variables, and those for which it has no variable."""

    def __init__(
        self, found: HandMade, variables: Mapping[str, Any], keycloak: KeycloakSession, cells: CellsSession
    ) -> None:
        """Take the site, the variables made from it, and the sessions."""
        self.found, self.variables, self.keycloak, self.cells = found, variables, keycloak, cells
        self.not_checked: list[str] = []

    def changed(self, options: Mapping[str, Any]) -> list[str]:
        """Return the changes that the role would make, one line each. options: those of sso_export_info."""
        return [line for resource in self._resources(options) for line in _differences(resource)] + self._audience()

    def _resources(self, options: Mapping[str, Any]) -> Iterator[Resource]:
        variables = self.variables
        client = _filled(keycloak_oidc_client.DEFINITION, options, role_options.client_options(variables))
        yield Client(self.keycloak, client)
        scope = _filled(keycloak_client_scope.DEFINITION, options, role_options.scope_options(variables))
        yield ClientScope(self.keycloak, scope)
        if variables["sso_ldap_provider"]:
            # Only set if the groups come from there.
            mapper = _filled(keycloak_ldap_mapper.DEFINITION, options, role_options.ldap_options(variables))
            yield LdapMapper(self.keycloak, mapper)
        connector = {**role_options.connector_options(variables), "client_secret": self._secret()}
        yield Connector(self.cells, _filled(cells_connector.DEFINITION, options, connector))

    def _secret(self) -> str | None:
        """Return the client's secret in Keycloak, to compare it; None if one of the servers hides it."""
        secret = self.found.client.get("secret") or ""
        if secret and not is_mask(secret) and shows_secret(self.found.connector):
            return str(secret)
        self.not_checked.append(
            "Whether Cells has the client's secret: "
            + ("Cells hides it." if secret and not is_mask(secret) else "Keycloak does not show it to this account.")
        )
        return None

    def _audience(self) -> list[str]:
        if self.found.static_client is None or self.variables.get("sso_audience"):
            return []
        url = self.variables["sso_cells_url"].rstrip("/")
        return [f"static client {CELLS_OWN_CLIENT}: it has no audience, and the role adds {url}."]

    def left_alone(self) -> list[str]:
        """Return the settings for which the role has no variable, and which it does not change, one line each."""
        domains = self.found.connector[OIDC].get("hostedDomains") or []
        own = sorted(str(mapper.get("name")) for mapper in self.found.client.get("protocolMappers") or [])
        return [
            *([f"connector {self.found.connector['id']}: hostedDomains is {_shown(domains)}."] if domains else []),
            *(f"client {self.found.client['clientId']}: it has its own protocol mapper {name}." for name in own),
            *(f"LDAP mapper {name}: it also fills {self.found.claim}." for name in self.found.other_ldap_mappers),
        ]


def _filled(definition: Definition, options: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return all options of a module: its own, the shared ones of this task, and defaults."""
    spec = definition.argument_spec
    shared = ("validate_certs", "ca_path", "connection_timeout")
    return {**{name: spec[name].get("default") for name in spec}, **{name: options[name] for name in shared}, **own}


def _differences(resource: Resource) -> Iterator[str]:
    """Yield the engine's changes to an object. If a module would refuse the object, that is a difference too."""
    try:
        current = resource.read()
        desired = resource.desired(current) or {}
    except SsoError as error:
        yield f"{resource.title}: {error}"
        return
    if current is None:
        yield f"{resource.title}: it does not exist, and the role creates it."
        return
    for key, want, have in _differing(desired, current):
        if have is None and isinstance(want, dict):
            yield f"{resource.title}: {key} does not exist, and the role creates it."
        elif want is None:
            yield f"{resource.title}: {key} exists, and the role removes it."
        elif key.rpartition(".")[2] in resource.secret_keys:
            yield f"{resource.title}: {key} differs from the one in Keycloak, and the role writes Keycloak's."
        else:
            yield f"{resource.title}: {key} is {_shown(have)}, and the role changes it to {_shown(want)}."


def _differing(desired: State, current: State, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield as wire.differing, but only once for an object that is not there at all."""
    part = declared_part(current, desired)
    for key, want in desired.items():
        if isinstance(want, dict) and isinstance(current.get(key), dict):
            yield from _differing(want, current[key], f"{prefix}{key}.")
        elif part[key] != want:
            yield f"{prefix}{key}", want, current.get(key) if isinstance(want, dict) else part[key]


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
