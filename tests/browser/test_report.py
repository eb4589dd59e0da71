# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's report in Chromium: on a phone, in the dark, by keyboard, for a screen reader, with hostile values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from support.playbook import run_playbook
from support.report_samples import HOSTILE, SAMPLES, sample

TEMPLATES = Path(__file__).parents[2] / "roles/doctor/templates"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# The contrast that WCAG 2.2 asks of text (1.4.3, level AA).
CONTRAST = 4.5

# For every element with its own text: the text, and the contrast of its color with the background.
CONTRASTS = """() => {
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join(' ').trim();
    if (!own || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const front = parse(element instanceof SVGElement ? style.fill : style.color);
    let back = [255, 255, 255, 0];
    for (let behind = element; behind && back[3] === 0; behind = behind.parentElement)
      back = parse(getComputedStyle(behind).backgroundColor);
    if (front[3] !== 1 || back[3] !== 1) { found.push([own, 0]); continue; }
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    found.push([own, (light + 0.05) / (dark + 0.05)]);
  }
  return found;
}"""


# The line breaks in each text that a locator finds: the characters before and after the break.
BREAKS = """elements => elements.flatMap(element => {
  const found = [], walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), range = document.createRange();
  let last = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (let i = 0; i < node.length; i++) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const [box] = range.getClientRects();
      if (last && box && !node.data[i].trim()) last.text = ' ';
      if (!box || !node.data[i].trim()) continue;
      if (last && box.top > last.bottom - 2) found.push(last.text + '|' + node.data[i]);
      last = {bottom: box.bottom, text: node.data[i]};
    }
  }
  return found;
})"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both reports of each sample, written by Ansible as the role writes them."""
    folder = tmp_path_factory.mktemp("reports")
    for name in SAMPLES:
        (folder / f"{name}.json").write_text(json.dumps(sample(name)), encoding="utf-8")
    values = {"templates": str(TEMPLATES), "folder": str(folder), "samples": list(SAMPLES)}
    run = run_playbook(Path(__file__).with_name("render.yml"), values, folder / "play")
    assert run.exit_code == 0, run.output
    return folder


def count(name: str, verdict: str) -> int:
    """Return how many findings of a sample have a verdict."""
    return sum(finding["verdict"] == verdict for finding in sample(name)["findings"])


class Look:
    """Opens reports, each in its own browser session, and records their network requests."""

    def __init__(self, chromium: Browser, folder: Path) -> None:
        self._chromium = chromium
        self._folder = folder
        self._contexts: list[Any] = []
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def __call__(self, name: str, *, dark: bool = False, viewport: Any = None) -> Page:
        context = self._chromium.new_context(
            viewport=viewport or DESK, color_scheme="dark" if dark else "light", locale="en-GB", reduced_motion="reduce"
        )
        self._contexts.append(context)
        page: Page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto((self._folder / f"{name}-report.html").as_uri())
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def look(chromium: Browser, rendered: Path) -> Iterator[Look]:
    """Open a report by its sample's name; afterwards nothing but its own file may have been asked for."""
    opened = Look(chromium, rendered)
    yield opened
    opened.close()
    assert {url.partition(":")[0] for url in opened.requests} == {"file"}
    assert all(url.endswith("-report.html") for url in opened.requests), opened.requests
    assert opened.complaints == []


def wider_than_the_screen(page: Page) -> list[str]:
    """Return the elements that reach beyond the screen's right edge."""
    found: list[str] = page.evaluate(
        """() => [...document.body.querySelectorAll('*')]
             .filter(e => e.checkVisibility())
             .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
             .map(e => e.outerHTML.slice(0, 120))"""
    )
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page scrolls sideways")
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SAMPLES)
def test_text_is_readable_on_a_phone(look: Look, name: str, dark: bool) -> None:
    page = look(name, dark=dark, viewport=PHONE)
    for summary in page.locator("summary").all():
        summary.click()
    assert wider_than_the_screen(page) == []
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert [(text[:80], ratio) for text, ratio in contrasts if ratio < CONTRAST] == []
    small = page.evaluate(
        """() => [...document.body.querySelectorAll(':not(svg *)')]
             .filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 12.5)
             .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_fits_a_desk(look: Look, name: str) -> None:
    assert wider_than_the_screen(look(name)) == []


def test_the_dark_page_is_dark_and_the_light_one_light(look: Look) -> None:
    brightness = "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number))"
    assert look("broken", dark=True).evaluate(brightness) < 40
    assert look("broken").evaluate(brightness) > 220


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("all-in-order", "Single sign-on is in order"),
        ("healthy", "Nothing broken found; 2 not checked"),
        ("warnings", "Nothing broken found; 2 warnings; 2 not checked"),
        ("id-token-only", "Nothing broken found; 2 warnings"),
        (
            "not-checked",
            f"Single sign-on could not be checked: {count('not-checked', 'not checked')} questions without an answer",
        ),
        ("broken", "Single sign-on is broken: 2 things to fix"),
        ("down", "Single sign-on is broken: 1 thing to fix"),
    ],
)
def test_the_headline_says_no_more_than_was_seen(look: Look, name: str, headline: str) -> None:
    page = look(name)
    assert page.get_by_role("heading", level=1).inner_text() == headline


def test_a_screen_reader_finds_its_way(look: Look) -> None:
    page = look("broken")
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title() == "Broken: single sign-on of https://cells.example.org"
    levels = page.evaluate("() => [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    regions = [region.get_attribute("aria-labelledby") for region in page.get_by_role("region").all()]
    assert regions == ["chain", "findings", "claims", "rules", "tokens", "clocks", "site"]
    snapshot = page.get_by_role("region", name="From group to role: dora").aria_snapshot()
    for line in (
        'heading "LDAP: memberOf" [level=3]',
        'heading "Token: claim cellsgroups" [level=3]',
        "text: Broken",
        "paragraph: The client does not have cellsscope.",
        "listitem: no value",
        "listitem: not read",
    ):
        assert line in snapshot, snapshot
    # Pictures only repeat the text beside them, so screen readers skip them.
    assert page.locator("svg:not([aria-hidden]):not([aria-hidden] svg)").count() == 0
    assert page.get_by_role("img").count() == 0


def test_the_broken_link_is_marked_not_by_colour_alone(look: Look) -> None:
    page = look("broken")
    verdicts = [text.partition("\n")[0] for text in page.locator(".chain > li .badge").all_inner_texts()]
    assert verdicts == ["✓ OK", "✓ OK", "✕ Broken", "✓ OK", "? Not checked"]
    border = "e => getComputedStyle(e).borderTopStyle"
    styles = [item.evaluate(border) for item in page.locator(".chain > li").all()]
    assert styles == ["solid", "solid", "dashed", "solid", "dotted"]


def test_broken_findings_come_first_with_their_fixes(look: Look) -> None:
    page = look("broken")
    headings = page.get_by_role("region", name="Findings").get_by_role("heading", level=3).all_inner_texts()
    unchecked, fine = count("broken", "not checked"), count("broken", "ok")
    assert headings == ["Broken (2)", "Warnings (1)", f"Not checked ({unchecked})", f"In order ({fine})"]
    first = page.get_by_role("article").first
    assert "scope.assigned" in first.inner_text()
    assert "Assign cellsscope to the client as a default scope: run the role setup." in first.inner_text()


def test_everything_can_be_reached_by_keyboard_in_the_order_of_the_page(look: Look) -> None:
    page = look("broken")
    links = ["From group to role", "Findings", "Claims", "Rules", "Token lifetimes", "Clocks", "The site"]
    summaries = ["Show what is in order", "11 more, about the tokens themselves"]
    seen = []
    for _step in [*links, *summaries]:
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert seen == [*links, *summaries]
    details = page.locator("details").last
    page.keyboard.press("Enter")
    assert details.get_attribute("open") is not None
    page.keyboard.press("Space")
    assert details.get_attribute("open") is None
    page.get_by_role("link", name="Clocks").press("Enter")
    assert page.evaluate("document.activeElement.id") == "clocks"


def test_hostile_values_are_only_text(look: Look) -> None:
    page = look("hostile")
    assert page.evaluate("window.taken") is None
    assert page.locator("script, img, iframe, object, embed, form, link, base, svg[onload]").count() == 0
    assert page.locator("style, title").count() == 2
    shown = HOSTILE.replace("\r\n", "\n")
    seen = page.get_by_role("region", name="Findings").locator("dd").first.text_content()
    assert seen == shown
    claims = page.get_by_role("region", name="Claims")
    assert claims.locator("th[scope=row]").first.text_content() == shown.lstrip()
    assert HOSTILE.partition("\x1b")[0] in json.loads(claims.locator("pre").first.text_content() or "")[HOSTILE][0]
    attributes = page.locator("*").evaluate_all("all => all.flatMap(element => element.getAttributeNames())")
    assert [name for name in attributes if name.startswith("on")] == []
    # Characters that change the direction of text only affect their own value.
    assert (
        page.get_by_role("banner")
        .get_by_text("with the realm")
        .evaluate("p => p.querySelectorAll('bdi, [dir=auto]').length")
        == 3
    )
    assert "1337" not in page.content()


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("hostile", "long")])
def test_every_value_of_the_report_is_on_the_page(look: Look, name: str) -> None:
    page = look(name)
    for summary in page.locator("summary").all():
        summary.click()
    text = " ".join(page.locator("body").inner_text().split())
    report = sample(name)
    for finding in report["findings"]:
        for key in ("id", "seen", "why", "todo"):
            assert finding[key] in text
    for clue in (report["site"]["cells_url"], report["site"]["versions"]["cells"]):
        assert clue in text
    if report["chain"]:
        for one in report["chain"]["links"]:
            for value in one["values"]:
                assert value in text
    for claims in (report["claims"] or {}).values():
        for key, value in claims.items():
            assert key in text
            for leaf in leaves(value):
                assert leaf in text


def leaves(value: Any) -> list[str]:
    """Return the texts in a claim."""
    if isinstance(value, dict):
        return [text for key in value for text in [key, *leaves(value[key])]]
    if isinstance(value, list):
        return [text for item in value for text in leaves(item)]
    return [value if isinstance(value, str) else json.dumps(value)]


@pytest.mark.parametrize("width", [320, 390, 640, 800, 1216, 1280, 1600])
def test_names_break_after_a_comma(look: Look, width: int) -> None:
    page = look("healthy", viewport={"width": width, "height": 900})
    shown = page.locator(".chain ul > li, .claims li, td:not(:has(ul))").filter(visible=True)
    breaks = shown.evaluate_all(BREAKS)
    assert breaks or width > 1280
    assert {found[0] for found in breaks} <= set(",_- "), breaks


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("hostile", "long")])
def test_counts_and_times_stay_in_one_line_on_a_phone(look: Look, name: str) -> None:
    page = look(name, viewport=PHONE)
    whole = page.locator("h1 .whole, .counts li, header time")
    assert whole.count() > 2
    assert whole.evaluate_all(BREAKS) == []


def test_the_claims_are_shown_side_by_side(look: Look) -> None:
    page = look("id-token-only")
    claims = page.get_by_role("region", name="Claims")
    table = claims.get_by_role("table", name="Claims about the user")
    header, *rows = ([" ".join(cell.split()) for cell in texts] for texts in cells_of(table))
    assert header == ["Claim", "Value", "ID token", "Access token", "Userinfo"]
    assert [row[0] for row in rows] == ["cellsgroups", "email", "email_verified", "name", "preferred_username", "sub"]
    groups = sample("id-token-only")["claims"]["id_token"]["cellsgroups"]
    assert rows[0][1:] == [" ".join(groups), "✓ yes", "no", "no"]
    assert rows[2][1:] == ["false", "✓ yes", "✓ yes", "✓ yes"]
    assert table.locator("td li").all_inner_texts() == groups
    claims.locator("summary").click()
    others = list(cells_of(claims.get_by_role("table", name="Claims about the tokens")))
    assert [row for row in others if row[0] == "aud"] == [
        ["aud", "cells.example.org", "✓ yes", "another value", "no"],
        ["aud", "account", "another value", "✓ yes", "no"],
    ]
    (access,) = (row for row in others if row[0] == "resource_access")
    assert json.loads(access[1]) == {"account": {"roles": ["manage-account", "view-profile"]}}


def cells_of(table: Locator) -> Iterator[list[str]]:
    """Yield the texts of each row of a table."""
    for row in table.get_by_role("row").all():
        yield [cell.inner_text() for cell in row.locator("th, td").all()]


def test_claims_are_readable_on_a_phone(look: Look) -> None:
    page = look("id-token-only", viewport=PHONE)
    table = page.get_by_role("table", name="Claims about the user")
    row = table.get_by_role("row").first
    assert row.get_by_role("rowheader").inner_text() == "cellsgroups"
    cells = row.get_by_role("cell").all()
    assert [cell.inner_text() for cell in cells[1:]] == ["ID token: ✓ yes", "Access token: no", "Userinfo: no"]
    assert all(cell.bounding_box()["width"] > 250 for cell in cells[:1])


def test_rows_are_explained_once(look: Look) -> None:
    text = look("broken").locator("body").inner_text()
    assert text.count("The row ids are those of docs/guide.md in the collection.") == 1


@pytest.mark.parametrize("name", ["not-checked", "down"])
def test_findings_not_checked_are_grouped_below_their_reason(look: Look, rendered: Path, name: str) -> None:
    unchecked = [finding for finding in sample(name)["findings"] if finding["verdict"] == "not checked"]
    findings = look(name).get_by_role("region", name="Findings")
    told = " ".join((rendered / f"{name}-report.txt").read_text(encoding="utf-8").split("not checked:")[1].split())
    reasons = {finding["seen"] for finding in unchecked}
    assert len(reasons) < len(unchecked) / 2
    for reason in reasons:
        about = findings.get_by_role("article").filter(has=findings.page.get_by_text(reason, exact=True))
        assert about.count() == 1
        ids = [finding["id"] for finding in unchecked if finding["seen"] == reason]
        assert about.locator("code").all_inner_texts() == ids
        assert told.count(f": {reason}") == 1
    assert "client.*" in told


def test_lifetimes_are_on_the_scale_at_their_labels(look: Look) -> None:
    page = look("broken")
    lives = page.get_by_role("region", name="Lifetimes of tokens and sessions")
    names = lives.get_by_role("listitem").all_inner_texts()
    assert [" ".join(name.split()) for name in names] == [
        "Keycloak: access token 5 minutes",
        "Cells: access token 10 minutes",
        "Keycloak: session idle 30 minutes",
        "Keycloak: session 10 hours",
        "Cells: refresh token 60 days",
    ]
    ends = [fill.bounding_box() for fill in page.locator(".fill").all()]
    labels = {label.inner_text(): label.bounding_box() for label in lives.locator(".scale span").all()}
    for life, label in ((ends[1], "10 min"), (ends[3], "10 h")):
        middle = labels[label]["x"] + labels[label]["width"] / 2
        assert abs(life["x"] + life["width"] - middle) < 1.5


def test_clocks_are_on_one_scale_below_the_verdict(look: Look) -> None:
    page = look("broken")
    clocks = page.get_by_role("region", name="Clocks")
    assert "✕ Broken Keycloak's clock is 342.3 s behind that of Cells, give or take 1.0 s." in " ".join(
        clocks.inner_text().split()
    )
    keycloak, cells = clocks.get_by_role("listitem").all()
    assert "342.1 s behind" in keycloak.inner_text()
    assert "No difference seen" in cells.inner_text()
    behind, there = (clock.locator(".hand").bounding_box() for clock in (keycloak, cells))
    scale = clocks.locator(".scale").bounding_box()
    assert scale["width"] > 1100
    # The scale reaches from -342.6 s to 342.6 s: as far as the clock that is off by most, and what is not sure of it.
    assert abs((there["x"] - behind["x"]) / scale["width"] - 342.3 / 685.2) < 0.01


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_is_short_and_fits_a_terminal(rendered: Path, name: str) -> None:
    text = (rendered / f"{name}-report.txt").read_text(encoding="utf-8")
    lines = text.splitlines()
    made_up = name in ("hostile", "long")
    assert 2 <= len(lines) <= (70 if made_up else 30)
    # Ansible adds an indent, quotes and a comma, which makes them 100.
    assert max(map(len, lines)) <= 88
    assert all(character.isprintable() for line in lines for character in line)
    report = sample(name)
    flat = " ".join(text.split())
    if not made_up:
        for finding in report["findings"]:
            if finding["verdict"] in ("broken", "warning"):
                assert f"{finding['id']} ({finding['row']}): {finding['seen']} To do: {finding['todo']}" in flat
            if finding["verdict"] == "not checked":
                assert finding["seen"] in flat
    counted = f"{count(name, 'ok')} ok, {count(name, 'not checked')} not checked"
    assert counted in [line.rstrip(":") for line in lines]


def test_the_text_of_a_broken_chain(rendered: Path) -> None:
    lines = (rendered / "broken-report.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "BROKEN: single sign-on of https://cells.example.org, 2026-11-24T12:00:00Z"
    assert [line.split()[0] for line in lines if line.startswith(("BROKEN ", "WARNING "))] == [
        "BROKEN",
        "BROKEN",
        "WARNING",
    ]
    start = lines.index("dora, from group to role:")
    end = next(number for number, line in enumerate(lines) if line.endswith(" not checked:"))
    links = [(line[:15].strip(), line[15:48].strip()) for line in lines[start + 1 : end]]
    assert [link for link in links if link[0]] == [
        ("ok", "LDAP: memberOf"),
        ("ok", "Keycloak: attribute cellsgroups"),
        ("BROKEN", "Token: claim cellsgroups"),
        ("ok", "Cells: mapping rules"),
        ("not checked", "Cells: roles"),
    ]
    assert "  BROKEN       Token: claim cellsgroups         The client does not have cellsscope." in lines


def test_the_text_names_the_roles(rendered: Path) -> None:
    lines = (rendered / "healthy-report.txt").read_text(encoding="utf-8").splitlines()
    assert "  ok           Cells: roles                     Test_DEM_WebUsers, Test_Etrange_Gov" in lines
    assert lines[-1] == "  session.login, session.refresh: No account for a login was given."
