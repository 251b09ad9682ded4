"""The dialog with all there is to a connection: name, address, headers, language, request metadata."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal
from urllib.parse import urlsplit

from nicegui import ui

from chat.host.options import LOCALES
from chat.terminal import in_one_line

from ..controls import TextInput, button, icon_button
from ..profiles import EMBEDDED, Profile
from ..shown_profile import shown_metadata, typed_metadata, typed_url, untyped_problem

__all__ = ["ConnectionDialog", "address_problem", "header_problem"]

HEADER_NAME = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def address_problem(url: str) -> str | None:
    """Why `url` cannot be a ChatKit endpoint, with what to type; None when it can."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        return f"This is not a web address: {problem}."
    if parts.scheme not in ("http", "https"):
        rest = url.split("://")[-1]
        example = rest if rest and not any(c.isspace() for c in rest) else "localhost:8000/chatkit"
        return f"The address must begin with http:// or https://, for example http://{example}"
    if not parts.hostname or any(c.isspace() for c in url) or port == 0:
        return "The address needs a host, for example http://localhost:8000/chatkit"
    return None


def header_problem(name: str, value: str) -> str | None:
    """Why this header cannot be sent; None when it can."""
    if not name or not set(name) <= HEADER_NAME:
        return f"“{name}” is no header name: use letters, digits and hyphens, without spaces or colons."
    if not (value.isascii() and value.isprintable()):
        return f"The value of {name} has a line break or a character that headers cannot carry."
    return None


def locale_words(locale: str) -> str:
    """What a language changes, and that the official widget does not have it, where it does not."""
    said = "Sent with each request. The official widget translates its own labels only; ours stay English."
    wanted = locale.strip()
    if not wanted or wanted in LOCALES:
        return said
    nearest = get_close_matches(wanted, LOCALES, 1, 0.6)
    meant = f" Did you mean {nearest[0]}?" if nearest else ""
    return (
        f"“{in_one_line(wanted)[:40]}” is no locale of the official widget, which falls back to English.{meant} {said}"
    )


def metadata_of(text: str) -> tuple[dict[str, Any], str | None]:
    """The request metadata typed as JSON, and why it cannot be used."""
    try:
        metadata = json.loads(text or "{}")
    except ValueError as error:
        return {}, f"The metadata is not JSON: {error}."
    if not isinstance(metadata, dict):
        return {}, 'The metadata must be a JSON object, for example {"tenant": "acme"}.'
    return metadata, None


@dataclass(eq=False)
class _HeaderRow:
    """One header. `kept` is a value that stays on the server: the browser learns only that there is one."""

    name: str = ""
    value: str = ""
    kept: str = ""


class ConnectionDialog:
    """Edits `profile`; `connect` gets the changed one, `forget` is called when the reader is done with this backend."""

    def __init__(
        self, profile: Profile, connect: Callable[[Profile], object], forget: Callable[[Profile], object]
    ) -> None:
        self._profile = profile
        self._connect = connect
        self._rows = [_HeaderRow(name, kept=value) for name, value in profile.headers] or [_HeaderRow()]
        self._compare = profile.compare
        self._as_widget = profile.as_widget
        self._keep = profile.keep
        self._remember = profile.remember
        embedded = profile.id == EMBEDDED
        self._dialog = ui.dialog()
        self._dialog.props["aria-label"] = "Backend"
        form = ui.element("form").classes("dialog-card").props('data-testid="connection-dialog" novalidate')
        form.move(self._dialog)
        with form:
            ui.label("Backend").classes("dialog-title")
            self._name = self._labelled("Name", profile.name, disabled=embedded)
            self._url = self._labelled("Address", profile.shown_url, mono=True, disabled=embedded)
            with ui.element("div"):
                ui.label("Headers sent with every request").classes("label")
                self._header_box = ui.element("div")
                button("Add a header", self._add_header, kind="link-btn")
            if profile.cookies.names:
                self._cookies()
            self._locale = self._language(profile.locale)
            shown = shown_metadata(dict(profile.metadata))
            metadata = json.dumps(shown, ensure_ascii=False) if shown else ""
            self._metadata = self._labelled("Request metadata (a JSON object)", metadata, mono=True)
            self._checkbox(
                "compare",
                "After each turn, read the thread and compare what is stored with what was streamed. Sends requests of "
                "its own.",
            )
            self._checkbox(
                "as_widget",
                "Send what the official widget sends: the header chatkit-frame-instance-id with a UUID, and "
                "Accept: */* where JSON is asked for.",
            )
            self._checkbox(
                "keep",
                "Keep everything that passes, from here and through the relay, as recordings in the data folder. "
                "Secrets are masked before anything is written.",
            )
            self._checkbox(
                "remember",
                "Keep header values, and secrets in the address and the metadata, on this computer, in a file that "
                "only you can read. Otherwise they are forgotten when the workbench stops.",
            )
            self._problem = ui.label().classes("problem").props('role="alert"')
            self._problem.set_visibility(False)
            with ui.element("div").classes("actions"):
                if not embedded:
                    button(
                        "Forget this backend", lambda: self._forget(forget), kind="btn danger", test_id="forget-profile"
                    )
                ui.element("div").classes("spacer")
                button("Cancel", self._dialog.close)
                button("Connect", kind="btn primary", test_id="connect", submit=True)
        self._draw_headers()
        form.on("submit", self._submit, js_handler="(e) => { e.preventDefault(); emit(); }")
        self._dialog.on("hide", self._dialog.delete)
        self._dialog.open()

    @staticmethod
    def _language(locale: str) -> TextInput:
        """The field, what it changes, and whether the official widget has this language."""
        with ui.element("div"):
            ui.label("Language (Accept-Language)").classes("label")
            field = TextInput(
                "Language (Accept-Language)",
                locale,
                test_id="locale",
                on_input=lambda text: say(text),
            )

            def say(text: str) -> None:
                words.set_text(locale_words(text))

            words = ui.label(locale_words(locale)).classes("hint").props('data-testid="locale-words" role="status"')
        return field

    @staticmethod
    def _labelled(label: str, text: str, *, mono: bool = False, disabled: bool = False) -> TextInput:
        with ui.element("div"):
            ui.label(label).classes("label")
            return TextInput(label, text, mono=mono, disabled=disabled)

    def _cookies(self) -> None:
        """What the backend has set, by name. The values are secrets, and stay here."""
        jar = self._profile.cookies
        with ui.element("div").props('data-testid="cookies"') as box:
            ui.label("Cookies that the backend has set").classes("label")
            ui.label(", ".join(map(in_one_line, jar.names))).classes("mono")
            ui.label(
                "Sent back as a browser does on the backend's own origin, and forgotten when the workbench stops."
            ).classes("hint")

            def clear() -> None:
                jar.clear()
                box.delete()

            button("Clear the cookies", clear, kind="link-btn", test_id="clear-cookies")

    def _checkbox(self, name: Literal["compare", "as_widget", "keep", "remember"], words: str) -> None:
        with ui.element("label").classes("check-row"):
            box = ui.element("input").props('type="checkbox"' + (" checked" if getattr(self, f"_{name}") else ""))
            box.props["data-testid"] = f"profile-{name}"
            ui.label(words)

        def checked(value: bool) -> None:
            setattr(self, f"_{name}", value)

        box.on("change", lambda event: checked(bool(event.args)), js_handler="(e) => emit(e.target.checked)")

    def _draw_headers(self) -> None:
        self._header_box.clear()
        with self._header_box:
            for row in self._rows:
                with ui.element("div").classes("header-row"):
                    self._header_inputs(row)

    def _header_inputs(self, row: _HeaderRow) -> None:
        kept = "•••••• (kept; type to replace)" if row.kept else "Bearer …"
        TextInput(
            "Header name",
            row.name,
            mono=True,
            placeholder="Authorization",
            on_input=lambda text: setattr(row, "name", text),
        )
        TextInput(
            "Header value",
            row.value,
            mono=True,
            placeholder=kept,
            secret=True,
            on_input=lambda text: setattr(row, "value", text),
        )
        icon_button("x", "Remove this header", lambda: self._remove_header(row))

    def _add_header(self) -> None:
        self._rows.append(_HeaderRow())
        self._draw_headers()

    def _remove_header(self, row: _HeaderRow) -> None:
        self._rows.remove(row)
        self._draw_headers()

    def _forget(self, forget: Callable[[Profile], object]) -> None:
        self._dialog.close()
        forget(self._profile)

    def _submit(self) -> None:
        typed = [row for row in self._rows if row.name.strip() or row.value.strip()]
        headers = tuple((row.name.strip(), row.value.strip() or row.kept) for row in typed)
        before = self._profile
        url = typed_url(before, self._url.text.strip())
        metadata, problem = metadata_of(self._metadata.text)
        metadata = typed_metadata(metadata, dict(before.metadata))
        problem = (
            address_problem(url)
            or untyped_problem(url)
            or next(filter(None, (header_problem(*pair) for pair in headers)), None)
            or problem
            or untyped_problem(json.dumps(metadata, ensure_ascii=False))
        )
        if problem:
            self._problem.set_text(problem)
            self._problem.set_visibility(True)
            return
        self._dialog.close()
        self._connect(
            replace(
                before,
                name=self._name.text.strip() or replace(before, url=url).shown_url,
                url=url,
                headers=headers,
                locale=self._locale.text.strip() or "en",
                metadata=metadata,
                compare=self._compare,
                as_widget=self._as_widget,
                keep=self._keep,
                remember=self._remember,
                dropped=(),
            )
        )
