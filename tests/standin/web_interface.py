# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web interface: one page for every path that the server does not know, and a script that does the rest.

As in Cells, the server only hands out the page. The script shows the login page with its connectors, opens the session
with the code of a login, and shows who is logged in.
"""

from __future__ import annotations

import json
from html import escape

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

_SCRIPT = """
const main = document.querySelector("main"), query = new URLSearchParams(location.search);
function add(parent, tag, text, attributes) {
  const made = parent.appendChild(document.createElement(tag));
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  return made;
}
function heading(text) {
  main.replaceChildren();
  document.title = text;
  add(main, "h1", text);
}
async function session(info) {
  const body = JSON.stringify({AuthInfo: info}), headers = {"Content-Type": "application/json"};
  const answer = await fetch("/a/frontend/session", {method: "POST", body, headers});
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.Title);
  return found;
}
function keep(found) {
  const claims = found.Token.IDToken.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  sessionStorage.setItem("jwt", found.JWT);
  sessionStorage.setItem("login", JSON.parse(atob(claims)).name);
}
function failed(words) {
  heading(label + ": login failed");
  add(main, "p", words, {class: "error", role: "alert"});
  add(main, "a", "Back to the login", {class: "button", href: "/login"});
}
async function opened(info) {
  try {
    keep(await session(info));
    location.replace("/");
  } catch (error) {
    failed(error.message);
  }
}
async function loginPage() {
  if (query.has("error")) return failed(query.get("error_description") || query.get("error"));
  const {Connectors} = await (await fetch("/a/frontend/login/connectors")).json().catch(() => ({}));
  const found = Connectors || [{Id: "pydio", Type: "pydio"}];
  heading(label);
  if (found.some(each => each.Type === "pydio")) {
    const form = add(main, "form", "");
    add(form, "label", "Login", {for: "login"});
    add(form, "input", "", {id: "login", autocomplete: "username", required: ""});
    add(form, "label", "Password", {for: "password"});
    add(form, "input", "", {id: "password", type: "password", autocomplete: "current-password", required: ""});
    add(form, "button", "Log in");
    form.onsubmit = event => {
      event.preventDefault();
      opened({type: "credentials", login: form.login.value, password: form.password.value});
    };
  }
  for (const each of found.filter(each => each.Type !== "pydio")) {
    add(main, "a", each.Name || each.Id, {class: "button", href: "/auth/login/" + encodeURIComponent(each.Id)});
  }
}
async function home() {
  if (!sessionStorage.getItem("jwt")) {
    try {
      keep(await session({type: "refresh"}));
    } catch (error) {
      return location.replace("/login");
    }
  }
  const login = sessionStorage.getItem("login"), bearer = "Bearer " + sessionStorage.getItem("jwt");
  const user = await (await fetch("/a/user/" + encodeURIComponent(login), {headers: {Authorization: bearer}})).json();
  heading(label);
  const list = add(main, "dl", "");
  add(list, "dt", "User");
  add(list, "dd", user.Login, {id: "login"});
  add(list, "dt", "Name");
  add(list, "dd", user.Attributes.displayName || user.Login, {id: "name"});
  add(list, "dt", "Roles");
  const roles = add(add(list, "dd", ""), "ul", "", {id: "roles"});
  const real = user.Roles.filter(each => !each.GroupRole && !each.UserRole);
  for (const each of real.length ? real : [{Label: "none"}]) add(roles, "li", each.Label);
  add(main, "button", "Log out").onclick = async () => {
    await session({type: "logout"});
    sessionStorage.clear();
    location.assign("/login");
  };
}
if (/callback$/.test(location.pathname) && query.has("code")) {
  opened({type: "authorization_code", code: query.get("code")});
} else if (location.pathname === "/login") {
  loginPage();
} else if (location.pathname === "/") {
  home();
} else {
  heading(label);
}
"""


def page(label: str) -> str:
    """Return the page of the web interface. label: the name of the product."""
    return _html(label, "", f"const label = {json.dumps(label)};{_SCRIPT}")


def error_page(label: str, error: str) -> str:
    """Return the page of a login that failed."""
    return _html(
        f"{label}: login failed",
        f"<h1>{escape(label)}: login failed</h1>\n"
        f'<p class="error" role="alert">{escape(error)}</p>\n<a class="button" href="/login">Back to the login</a>',
    )


def _html(title: str, body: str, script: str = "") -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )
