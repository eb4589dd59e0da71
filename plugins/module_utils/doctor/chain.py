# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The path from a user's groups to the roles in Cells, link by link, for the picture in the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_claims import claims_for_cells, texts_of
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_groups import source_links
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_user_roles import (
    role_rules,
    roles_of_user,
    title_of,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    are_broken,
    is_one_of,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


def chain(
    keycloak: KeycloakReadings, options: Mapping[str, Any], connector: State | None, findings: list[Finding]
) -> dict[str, Any] | None:
    """Return the way from the group to the role for the named user, {username, links}, None if nobody is named.

    A link: {id, title, values, verdict, note}; its verdict is the worst of the findings about it.
    """
    user = keycloak.user.value
    if not options["username"] or user is None:
        return None
    attribute, claims = options["groups_attribute"], claims_for_cells(keycloak, connector)
    claim, titles = (claims or {}).get(attribute), [title_of(rule) for rule in role_rules(connector)]
    roles = roles_of_user(keycloak, connector, options)
    links: dict[str, tuple[str, list[str], list[str]]] = {
        **source_links(keycloak, user, options, are_broken(findings, "ldap.*")),
        "claim": (
            f"Token: claim {attribute}",
            texts_of(claim),
            ["client.exists", "client.enabled", "scope.*", "token.groups"],
        ),
        "rule": ("Cells: mapping rules", titles, ["mapping.rule", "mapping.regex"]),
        "role": ("Cells: roles", roles, ["mapping.roles"]),
    }
    return {
        "username": options["username"],
        "links": [
            {"id": name, "title": title, "values": values, **_worst(findings, about)}
            for name, (title, values, about) in links.items()
        ],
    }


def _worst(findings: list[Finding], ids: list[str]) -> dict[str, str]:
    about = [finding for finding in findings if is_one_of(finding.id, ids)]
    for verdict in (BROKEN, WARNING, NOT_CHECKED):
        for finding in about:
            if finding.verdict == verdict:
                return {"verdict": verdict, "note": finding.seen}
    return {"verdict": OK, "note": ""}
