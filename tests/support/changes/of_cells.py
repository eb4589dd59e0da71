# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single changes of Cells: its connectors, mapping rules and static clients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.site import Site
from support.changes.change import TO_ROLES, Change, audience, connector_with, no_connector, rule, static_client
from support.console import cells_call, connector_of


def another_connector(**fields: Any) -> Change:
    """There is one more connector, which is like the first but for some fields."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        other = {**connector_of(site), "id": "other", "name": "Other", **fields}
        cells_call(site, "PUT", "oauth2connectors/other", other)
        try:
            yield
        finally:
            cells_call(site, "DELETE", "oauth2connectors/other")

    return changed


def on_site(change: Any) -> Change:
    """A change of the audience that needs the site's URL: a function from the URL to the audience."""
    return lambda site: audience(change(site.cells.url))(site)


CONNECTOR: dict[str, Change] = {
    "no connector": no_connector,
    "connector of another type": connector_with(type="github"),
    "connector of another title": connector_with(name="Another"),
    "connector without a title": connector_with(name=""),
    "connector for this site": lambda site: connector_with(sites=[site.cells.url])(site),
    "connector for another site": connector_with(sites=["https://other.example.org"]),
    "another connector too": another_connector(name="Other"),
    "another connector of another type": another_connector(type="github"),
    "empty secret": connector_with(clientSecret=""),
    "secret with a space": connector_with(clientSecret=lambda secret: f"{secret} "),
    "empty client id": connector_with(clientID=""),
    "client id in capitals": connector_with(clientID="LOCALHOST"),
    "client id with a space": connector_with(clientID="localhost "),
    "empty issuer": connector_with(issuer=""),
    "issuer of another realm": connector_with(issuer=lambda issuer: issuer.replace("/realms/", "/realms/not-")),
    "issuer of the master realm": connector_with(issuer=lambda issuer: f"{issuer.split('/realms/')[0]}/realms/master"),
    "issuer by number": connector_with(issuer=lambda issuer: issuer.replace("localhost", "127.0.0.1")),
    "issuer in capitals": connector_with(issuer=lambda issuer: issuer.replace("localhost", "LOCALHOST")),
    "issuer over https": connector_with(issuer=lambda issuer: issuer.replace("http:", "https:")),
    "issuer out of reach": connector_with(issuer="http://127.0.0.1:9/realms/x"),
    "issuer with a space": connector_with(issuer=lambda issuer: f"{issuer} "),
    "empty redirect URI": connector_with(redirectURI=""),
    "redirect URI of another host": connector_with(
        redirectURI="https://other.example.org/auth/login/keycloak/callback"
    ),
    "redirect URI of Cells with a slash": connector_with(redirectURI=lambda uri: f"{uri}/"),
    "redirect URI by another name": connector_with(redirectURI=lambda uri: uri.replace("localhost", "127.0.0.1")),
    "redirect URI over TLS": connector_with(redirectURI=lambda uri: uri.replace("http:", "https:")),
    "scope without openid": connector_with(scopes=["profile", "email"]),
    "scope without email": connector_with(scopes=["openid", "profile"]),
    "scope of the groups": connector_with(scopes=["openid", "profile", "email", "cellsscope"]),
    "scope twice": connector_with(scopes=["openid", "openid", "email", "profile"]),
    "scope of offline access": connector_with(scopes=["openid", "profile", "email", "offline_access"]),
    "scope in capitals": connector_with(scopes=["openid", "Profile", "email"]),
    "scope with a space": connector_with(scopes=["openid profile email"]),
    "scope of default ones": connector_with(scopes=["openid", "profile", "email", "basic", "roles"]),
    "scope of groups": connector_with(scopes=["openid", "profile", "email", "groups"]),
    "scope of the address": connector_with(scopes=["openid", "profile", "email", "address", "microprofile-jwt"]),
    "user by the subject": connector_with(userIDKey="sub"),
    "user by the login name": connector_with(userIDKey="preferred_username"),
    "user by an empty key": connector_with(userIDKey=""),
    "user by a number": connector_with(userIDKey="exp"),
    "user by a list": connector_with(userIDKey="cellsgroups"),
    "user by a truth": connector_with(userIDKey="email_verified"),
    "name by the full name": connector_with(userNameKey="name"),
    "name by the login name": connector_with(userNameKey="preferred_username"),
    "name by an empty key": connector_with(userNameKey=""),
    "name by a claim that is missing": connector_with(userNameKey="nickname"),
    "name by a number": connector_with(userNameKey="iat"),
    "name in capitals": connector_with(userNameKey="Email"),
    "hosted domains of two": connector_with(hostedDomains=["example.com", "example.org"]),
    "no userinfo, verified only": connector_with(getUserInfo=False, insecureSkipEmailVerified=False),
    "an option of nobody": connector_with(nobodysOption="x"),
}
"""The connector."""

RULES: dict[str, Change] = {
    "rule twice": connector_with(mappingRules=[TO_ROLES, TO_ROLES]),
    "rule and one for another claim": connector_with(mappingRules=[TO_ROLES, {**TO_ROLES, "LeftAttribute": "groups"}]),
    "rule and one for the name": connector_with(
        mappingRules=[TO_ROLES, {"LeftAttribute": "name", "RightAttribute": "displayName"}]
    ),
    "rule and one for a role of all": connector_with(mappingRules=[TO_ROLES, {**TO_ROLES, "LeftAttribute": "email"}]),
    "rule of two names": rule(RuleString="Test_DEM_WebUsers,Test_Etrange_Gov"),
    "rule of one name": rule(RuleString="Test_DEM_WebUsers"),
    "rule of names with a space": rule(RuleString="Test_DEM_WebUsers, Test_Etrange_Gov"),
    "rule of a name in other letters": rule(RuleString="test_dem_webusers,test_etrange_gov"),
    "rule of all by a pattern": rule(RuleString="preg:.*"),
    "rule of a pattern for one": rule(RuleString="preg:^Test_DEM"),
    "rule of a pattern for none": rule(RuleString="preg:^Nobody"),
    "rule of a pattern for DNs": rule(RuleString="preg:^cn="),
    "rule of a pattern that is open": rule(RuleString="preg:("),
    "rule of an empty pattern": rule(RuleString="preg:"),
    "rule with an empty text": rule(RuleString=""),
    "rule with a blank": rule(RuleString=" "),
    "rule that splits": rule(LeftSplit=","),
    "rule that splits by nothing": rule(LeftSplit=""),
    "rule for roles in other letters": rule(RightAttribute="roles"),
    "rule for a claim in other letters": rule(LeftAttribute="CellsGroups"),
    "rule for an empty claim": rule(LeftAttribute=""),
    "rule for the subject": rule(LeftAttribute="sub"),
    "rule for the login name": rule(LeftAttribute="preferred_username"),
}
"""Mapping rules."""

STATIC: dict[str, Change] = {
    "audience with a slash": on_site(lambda url: [f"{url}/"]),
    "audience of a path": on_site(lambda url: [f"{url}/io"]),
    "audience in capitals": on_site(lambda url: [url.replace("localhost", "LOCALHOST")]),
    "audience over https": on_site(lambda url: [url.replace("http:", "https:")]),
    "audience without a port": audience(["http://localhost"]),
    "audience without a scheme": on_site(lambda url: [url.partition("//")[2]]),
    "audience by number": on_site(lambda url: [url.replace("localhost", "127.0.0.1")]),
    "audience with a query": on_site(lambda url: [f"{url}?x"]),
    "audience with a star": audience(["*"]),
    "audience twice": on_site(lambda url: [url, url]),
    "audience with an empty one": on_site(lambda url: [url, ""]),
    "audience in the second place": on_site(lambda url: ["https://other.example.org", url]),
    "audience as text": on_site(lambda url: url),
    "audience of a number": on_site(lambda url: [url, 7]),
    "audience of nothing": on_site(lambda url: [url, None]),
    "audience as an object": on_site(lambda url: {"0": url}),
    "static client of another title": static_client(client_name="Another"),
    "static client of another scope": static_client(scope="openid email profile pydio offline x"),
    "static client of more addresses": static_client(redirect_uris=["#default_bind#/auth/callback", "http://x/cb"]),
    "another static client's audience": static_client("cells-sync", audience=["https://other.example.org"]),
    "another static client's audience as text": static_client("cells-sync", audience="https://other.example.org"),
    "another static client of a number": static_client("cells-mobile", client_name=7),
}
"""Static clients."""

CHANGES = {**CONNECTOR, **RULES, **STATIC}
