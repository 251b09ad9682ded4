"""“Check this backend”: the conformance run with its progress, and its report."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from nicegui import background_tasks, ui
from nicegui.element import Element

from chat.checks.reports import Report, write
from chat.checks.run import Plan, Progress, check
from chat.client import Connection
from chat.exchanges import Exchange
from chat.inspection.report_view import report_html

from ..controls import TextInput, button
from ..profiles import Profile
from ..window_reports import WindowReports
from .sheet import Sheet, ShownHTML

__all__ = ["CheckSheet", "CheckedWindow"]

_GREETING: Final = Plan.message
_ORIGIN: Final = "https://your-site.example"


class CheckedWindow(Protocol):
    """What the sheet asks of its window."""

    @property
    def profile(self) -> Profile:
        """The backend that is checked."""

    @property
    def reports(self) -> WindowReports:
        """Where its report is kept."""

    def connection_now(self) -> Connection:
        """Over what it is checked."""

    def passed(self, exchange: Exchange) -> None:
        """The check has sent something."""

    def open_report(self, key: str) -> None:
        """Open a report that is kept in a page of its own."""

    def reload_threads(self) -> None:
        """Threads have come and gone: load their list anew."""


class CheckSheet:
    """
    The dialog. Closing it cancels the run, which deletes what it has made.

    With a `message` to say to the agent it begins at once; `rule_ids` narrows the run.
    """

    def __init__(
        self,
        window: CheckedWindow,
        *,
        rule_ids: frozenset[str] | None = None,
        message: str = "",
        second_headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._window = window
        self._rule_ids = rule_ids
        self._second_headers = second_headers
        self._task: asyncio.Task[None] | None = None
        self._sheet = Sheet("Check this backend", "check", on_close=self._cancel)
        if message:
            self._begin(message, _ORIGIN)
        else:
            self._ask()

    def _ask(self) -> None:
        self._sheet.body.clear()
        with self._sheet.body:
            ui.label(self._window.profile.shown_url).classes("check-url")
            ui.label(
                "Tries out every operation of the protocol: creates threads of its own, talks to the agent up to 14 "
                "times, compares what was streamed with what was stored, and deletes what it has made."
            ).classes("hint")
            with ui.element("div"):
                ui.label("What to say to the agent").classes("label")
                message = TextInput("What to say to the agent", _GREETING, test_id="check-message")
            with ui.element("div"):
                ui.label("Origin of your page, to judge CORS as a browser does").classes("label")
                origin = TextInput("Origin of your page", mono=True, placeholder=_ORIGIN, test_id="check-origin")
            with ui.element("div").classes("actions"):
                button(
                    "Start",
                    lambda: self._begin(message.text.strip() or _GREETING, origin.text.strip() or None),
                    kind="btn primary",
                    test_id="check-start",
                )

    def _begin(self, message: str, origin: str | None) -> None:
        plan = Plan(
            self._window.connection_now(),
            self._second_headers,
            message=message,
            origin=origin,
            rule_ids=self._rule_ids,
        )
        self._sheet.body.clear()
        with self._sheet.body:
            ui.label(self._window.profile.shown_url).classes("check-url")
            with ui.element("div").classes("check-progress").props('role="progressbar" data-testid="check-progress"'):
                self._bar = ui.element("i")
            self._words = ui.label("Begins…").classes("hint").props('role="status" data-testid="check-doing"')
            with ui.element("div").classes("actions"):
                button("Cancel", self._sheet.close, test_id="check-cancel")
        self._task = background_tasks.create(self._run(plan), name="check")

    async def _run(self, plan: Plan) -> None:
        report = await check(plan, self._progress, self._window.passed)
        page = await asyncio.to_thread(write, report, "html")
        self._task = None
        if self._alive:
            self._show(report, page)
            self._window.reload_threads()

    @property
    def _alive(self) -> bool:
        return not self._sheet.body.is_deleted

    def _progress(self, progress: Progress) -> None:
        if not self._alive or self._bar.is_deleted:
            return
        self._bar.style(f"width: {100 * progress.done / max(progress.total, 1):.0f}%")
        requests = f"{progress.requests} request{'' if progress.requests == 1 else 's'}"
        doing = progress.doing[:1].upper() + progress.doing[1:]
        self._words.set_text(f"{doing} · {requests} so far" if progress.doing else "Done")

    def _show(self, report: Report, page: str) -> None:
        key = self._window.reports.keep(page)
        self._sheet.body.clear()
        with self._sheet.body:
            ShownHTML(report_html(report)).props('data-testid="check-report"')
            with ui.element("div").classes("actions"):
                _open_report(self._window, key)
                button("Check again", self._ask, test_id="check-again")

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None


def _open_report(window: CheckedWindow, key: str) -> Element:
    return button("Open as report", lambda: window.open_report(key), test_id="open-check-report")
