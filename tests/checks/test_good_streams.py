"""Real streams: those of the SDK's own server raise no alarm, those of a team whose page stayed blank are named."""

from pathlib import Path
from typing import Any

import pytest

from chat.checks import Finding, Level, examine, examine_thread
from chat.exchanges import Exchange
from tests.checks.streams import NOW, exchange, pasted

DATA = Path(__file__).parent.parent / "data"
GOOD = sorted(DATA.glob("good-*.txt"))
OPERATIONS = {
    "good-first-turn": "threads.create",
    "good-second-turn-cited": "threads.add_user_message",
    "good-workflow": "threads.add_user_message",
    "good-client-tool": "threads.add_user_message",
    "good-client-tool-output": "threads.add_client_tool_output",
}


def alarms(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule_id for finding in findings if finding.level is not Level.NOTE]


def sent(name: str) -> Exchange:
    made = exchange((DATA / f"{name}.txt").read_bytes(), OPERATIONS[name], thread_id="thr_good0001")
    made.started_at = NOW
    return made


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_stream_that_was_pasted_raises_no_alarm(path: Path) -> None:
    examined = examine(pasted(path.read_bytes()))
    assert alarms(examined.findings) == []
    assert examined.translation is None


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_stream_raises_no_alarm_as_the_answer_it_was(path: Path) -> None:
    assert alarms(examine(sent(path.stem)).findings) == []


def test_the_turns_of_one_thread_raise_no_alarm_in_their_order() -> None:
    for examined in examine_thread([sent(name) for name in OPERATIONS]):
        assert alarms(examined.findings) == []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_no_rule_fails_on_a_good_stream_cut_off_anywhere(path: Path) -> None:
    body = path.read_bytes()
    for end in range(0, len(body), 97):
        assert examine(pasted(body[:end])).could_not_run == {}


@pytest.mark.parametrize(
    ("attempt", "headlines"),
    [
        (1, ["vocabulary/capability-name", "schema/invalid"]),
        (2, ["vocabulary/assistants-api"]),
        (3, ["vocabulary/responses-api", "schema/invalid"]),
    ],
)
@pytest.mark.parametrize("operation", ["", "threads.create"])
def test_the_three_attempts_of_a_blank_page_are_named_in_the_first_line(
    attempt: int, headlines: Any, operation: str
) -> None:
    body = (DATA / f"seed-attempt-{attempt}.txt").read_bytes()
    examined = examine(exchange(body, operation) if operation else pasted(body))
    assert [finding.rule_id for finding in examined.findings if finding.level is Level.ERROR] == headlines
    assert examined.view.blank
    assert examined.translation is not None
