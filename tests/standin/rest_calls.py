# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which calls the REST API has, and who may make them.

Sources: the interface's description (common/proto/rest/cellsapi-rest.swagger.json) and the policies of a new
installation (idm/policy/defaults.go) of Cells 4.0.1. The calls of Enterprise are those of its documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SERVICES: Mapping[str, Mapping[str, str]] = {
    "acl": {"": "POST PUT", "/bulk/delete": "POST"},
    "activity": {"/stream": "POST", "/subscribe": "POST", "/subscriptions": "POST"},
    "auth": {
        "/reset-password": "POST",
        "/reset-password-token/{login}": "PUT",
        "/token/document": "POST",
        "/token/revoke": "POST",
    },
    "config": {
        "/buckets": "POST",
        "/buckets/{name}": "PUT",
        "/ctl": "GET POST",
        "/datasource": "GET",
        "/datasource/{name}": "DELETE GET POST",
        "/discovery": "GET",
        "/discovery/forms/{name}": "GET",
        "/discovery/openapi": "GET",
        "/encryption/create": "POST",
        "/encryption/delete": "POST",
        "/encryption/export": "POST",
        "/encryption/import": "PUT",
        "/encryption/list": "POST",
        "/peers": "GET",
        "/peers/{address}": "POST PUT",
        "/processes": "POST",
        "/registry": "POST",
        "/scheduler/actions": "GET",
        "/scheduler/actions/{name}": "GET",
        "/sites/{filter}": "GET",
        "/versioning": "GET",
        "/versioning/{id}": "GET",
        "/virtualnodes": "GET",
        "/{path*}": "GET PUT",
    },
    "frontend": {
        "/binaries/{type}/{id}": "GET POST",
        "/bootconf": "GET",
        "/enroll": "POST",
        "/messages/{language}": "GET",
        "/plugins/{language}": "GET",
        "/session": "POST",
        "/settings-menu": "GET",
        "/state": "GET",
    },
    "graph": {"/recommend": "POST", "/relation/{id}": "GET", "/state/{segment}": "GET"},
    "jobs": {
        "/tasks/delete": "POST",
        "/tasks/logs": "POST",
        "/user": "POST PUT",
        "/user/{name}": "PUT",
    },
    "log": {"/sys": "POST"},
    "mailer": {"/send": "POST"},
    "meta": {"/bulk/get": "POST", "/delete/{path*}": "POST", "/get/{path*}": "POST", "/set/{path*}": "POST"},
    "policy": {"": "POST"},
    "role": {"": "POST", "/{id}": "DELETE GET PUT"},
    "search": {"/nodes": "POST"},
    "share": {
        "/cell": "PUT",
        "/cell/{id}": "DELETE GET",
        "/link": "PUT",
        "/link/{id}": "DELETE GET",
        "/policies": "PUT",
        "/resources": "POST",
    },
    "templates": {"": "GET"},
    "tree": {
        "/admin/list": "POST",
        "/admin/stat": "POST",
        "/create": "POST",
        "/delete": "POST",
        "/restore": "POST",
        "/selection": "POST",
        "/stat/{path*}": "GET",
        "/stats": "POST",
    },
    "update": {"": "POST", "/{version}": "PATCH"},
    "user": {"": "POST", "/roles/{login}": "PUT", "/{login*}": "DELETE GET PUT"},
    "user-meta": {
        "/bookmarks": "POST",
        "/namespace": "GET PUT",
        "/search": "POST",
        "/tags/{name}": "GET POST",
        "/tags/{name}/{tags}": "DELETE",
        "/update": "PUT",
    },
    "workspace": {"": "POST", "/{slug}": "DELETE PUT"},
}
"""Service: path below it, with the methods. {name} is one part of a path, {name*} the rest of it."""

ENTERPRISE: Mapping[str, Mapping[str, str]] = {
    "config": {
        "/oauth2connectors": "GET PUT",
        "/oauth2connectors/{id}": "PUT DELETE",
        "/oauth2clients": "GET",
        "/oauth2clients/{id}": "PUT DELETE",
    },
    "frontend": {"/login/connectors": "GET"},
}
"""Calls that only Enterprise has."""

ANYBODY = "GET POST DELETE PUT PATCH"
ANONYMOUS = (
    ("GET", r"/config/discovery.*"),
    ("PUT POST", r"/auth/reset-password.*"),
    (
        "GET",
        r"/frontend/(binaries/GLOBAL/.*|bootconf|messages/.*|plugins/.*|state|auth/state|login/connectors)",
    ),
    ("POST", r"/frontend/session"),
    ("GET POST", r"/install"),
)
STANDARD = (
    (
        ANYBODY,
        r"/(user|user/.+|workspace|role|role/.+|graph.+|jobs/user.*|meta.+|mailer/send|search/nodes|share.+|changes.*)",
    ),
    (ANYBODY, r"/(activity.+|tree/(create|delete|restore|selection|stat/.+|stats)|templates.*|auth/token/document)"),
    ("GET POST", r"/user-meta/(bookmarks|namespace|search|tags/.+)"),
    ("PUT", r"/user-meta/update"),
    ("GET", r"/frontend/.*"),
    ("POST", r"/frontend/(binaries/USER/.+|enroll|session)"),
)
POLICIES = {"anon": ANONYMOUS, "standard": STANDARD, "admin": ((ANYBODY, r".+"),)}


def allowed(profile: str, method: str, resource: str) -> bool:
    """Return whether users of a profile may make a call. resource: the path below /a, with the query."""
    return any(method in methods.split() and re.fullmatch(pattern, resource) for methods, pattern in POLICIES[profile])


@dataclass(frozen=True)
class Call:
    """A call that exists: method, service and path as in the tables, and the values in the path."""

    method: str
    template: str
    values: Mapping[str, str]


def find(method: str, path: str, home: bool) -> Call | int:
    """Return the call of a path below /a, or the status that refuses it: 404 for a path, 405 for a method."""
    service = path.split("/")[1]
    status = 404
    for table in (SERVICES,) if home else (ENTERPRISE, SERVICES):
        for template, methods in table.get(service, {}).items():
            match = re.fullmatch(_pattern(template), path[len(service) + 1 :].rstrip("/"))
            if match and method in methods.split():
                return Call(method, f"/{service}{template}", match.groupdict())
            status = 405 if match else status
    return status


def _pattern(template: str) -> str:
    return re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", re.sub(r"{(\w+)\*}", r"(?P<\1>.+)", template))
