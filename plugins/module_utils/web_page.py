# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of an HTML page: its title, links, forms and error message."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
# The ids and classes with which Keycloak's themes (22 to 26) and the stand-in mark a message.
MESSAGE_IDS = ("input-error", "kc-error-message")
MESSAGE_CLASSES = frozenset({"alert-error", "kc-feedback-text", "pf-m-danger", "error"})


@dataclass
class Form:
    """A form: its target, and the fields that it sends unchanged."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        """The names of the fields that a user sees."""
        return [name for name in self.names if name not in self.fields]


class Page(HTMLParser):
    """A parsed page: ``title``, ``links`` (address to text), ``forms``, ``messages`` (each text once, in order)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = ""
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.messages: list[str] = []
        self._link: str | None = None
        # Open elements inside a title or a message; the first one is that element.
        self._open: list[str] = []
        self._text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element that begins."""
        values = {name: value or "" for name, value in attrs}
        if self._open and tag not in VOID:
            self._open.append(tag)
        elif not self._open and (tag == "title" or _is_message(values)) and tag not in VOID:
            self._open, self._text = [tag], []
        if tag == "a" and "href" in values:
            self._link = values["href"]
            self.links[self._link] = ""
        elif tag == "form":
            self.forms.append(Form(values.get("action", "")))
        elif tag == "input" and self.forms and values.get("name"):
            form, name = self.forms[-1], values["name"]
            form.names.append(name)
            if values.get("type") == "hidden":
                form.fields[name] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Take note of an element that ends; elements that were left open inside it end with it."""
        if tag == "a":
            self._link = None
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if not self._open:
            text = " ".join("".join(self._text).split())
            if tag == "title":
                self.title = text
            elif text and text not in self.messages:
                self.messages.append(text)

    def handle_data(self, data: str) -> None:
        """Take the text."""
        if self._open:
            self._text.append(data)
        if self._link is not None:
            self.links[self._link] = f"{self.links[self._link]} {data}".strip()

    def form_with(self, *names: str) -> Form | None:
        """Return the first form that has all of these fields, None if there is none."""
        return next((form for form in self.forms if set(names) <= set(form.names)), None)


def _is_message(values: dict[str, str]) -> bool:
    classes = set(values.get("class", "").split())
    return (
        values.get("id", "").startswith(MESSAGE_IDS)
        or bool(classes & MESSAGE_CLASSES)
        or (values.get("role") == "alert" and "id" not in values)
    )
