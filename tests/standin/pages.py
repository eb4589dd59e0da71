# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages for browsers: login, home and errors. Plain, readable HTML without scripts."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from standin.state import LOCAL, User

_STYLE = """
:root { color-scheme: light dark; --fg: #1b1b1f; --bg: #fff; --accent: #00528f; --on: #fff; --line: #76767a; }
@media (prefers-color-scheme: dark) {
  :root { --fg: #ececf0; --bg: #18181b; --accent: #8ec7ff; --on: #10131a; --line: #9a9aa0; }
}
body { font: 1.1rem/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg); margin: 0; }
main { max-width: 32rem; margin: 8vh auto; padding: 0 1.25rem; }
label, input, a.button, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input { padding: .6rem; margin-bottom: 1rem; border: 1px solid var(--line); border-radius: .4rem; }
input { color: inherit; background: transparent; }
a.button, button { padding: .7rem; margin: .8rem 0; border: 0; border-radius: .4rem; text-align: center; }
a.button, button { color: var(--on); background: var(--accent); text-decoration: none; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
dt { font-weight: 600; } dd { margin: 0 0 .8rem; } .error { border-left: .4rem solid #c62828; padding-left: 1rem; }
"""


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def login_page(label: str, connectors: list[dict[str, Any]], error: str = "") -> str:
    """Return the login page: a form for local users, and a button with the name of each other connector."""
    parts = [f'<p class="error" role="alert">{escape(error)}</p>'] if error else []
    if any(connector.get("type") == LOCAL for connector in connectors):
        parts.append(
            '<form method="post" action="/login">\n'
            '<label for="login">Login</label><input id="login" name="login" autocomplete="username" required>\n'
            '<label for="password">Password</label>'
            '<input id="password" name="password" type="password" autocomplete="current-password" required>\n'
            "<button>Log in</button>\n</form>"
        )
    for connector in connectors:
        if connector.get("type") != LOCAL:
            target = f"/auth/login/{quote(str(connector.get('id')), safe='')}"
            name = escape(str(connector.get("name") or connector.get("id")))
            parts.append(f'<a class="button" href="{target}">{name}</a>')
    return _page(label, "\n".join(parts))


def home_page(label: str, user: User) -> str:
    """Return the page after a login: who, and with which roles."""
    roles = "".join(f"<li>{escape(role)}</li>" for role in user.roles) or "<li>none</li>"
    return _page(
        label,
        f'<dl>\n<dt>User</dt><dd id="login">{escape(user.login)}</dd>\n'
        f'<dt>Name</dt><dd id="name">{escape(user.name)}</dd>\n'
        f'<dt>Roles</dt><dd><ul id="roles">{roles}</ul></dd>\n</dl>\n'
        '<form method="post" action="/logout"><button>Log out</button></form>',
    )


def error_page(label: str, error: str) -> str:
    """Return the page of a login that failed."""
    return _page(
        f"{label}: login failed",
        f'<p class="error" role="alert">{escape(error)}</p>\n<a class="button" href="/login">Back to the login</a>',
    )
