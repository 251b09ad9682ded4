"""Whether a backend answers: what waits for it, and who is asked again by itself."""

import asyncio
from collections.abc import Callable

import pytest

from chat.errors import Failed, InvalidAnswer, NotJSON, Refused, Rejected, Unanswered, Unreachable, WorkbenchError
from chat.ui import reaching as module
from chat.ui.panes.start_words import answers_html
from chat.ui.profiles import Profile
from chat.ui.reaching import Reach, Reaching
from tests.conversation.conversation_backend import until


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(module, "AGAIN_AFTER", (0.001, 0.002))
    return []


def of(asked: list[int], present: Callable[[], bool] = lambda: True) -> Reaching:
    return Reaching(lambda: asked.append(1), present)


@pytest.mark.parametrize(
    ("error", "waits", "again"),
    [
        (Unreachable("Nothing listens."), "backend answers", True),
        (Unanswered("It hung up."), "backend answers", True),
        (Failed("A gateway.", status=502), "backend answers", True),
        (Refused("Who?", status=401), "credentials", False),
        (Rejected("Nothing there.", status=404), "address", False),
        (NotJSON("A page."), "address", False),
        (Rejected("Too many.", status=429), "", False),
        (Failed("On fire.", status=500), "", False),
        (InvalidAnswer("Of another shape."), "", False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_what_waits_and_what_is_asked_again(
    error: WorkbenchError, waits: str, again: bool, asked: list[int]
) -> None:
    reaching = of(asked)
    reaching.answered(error, "", None)
    assert bool(reaching.reach.held) == bool(waits)
    assert waits in reaching.reach.held
    assert (reaching.reach.again_in is not None) == again
    if again:
        await until(lambda: asked == [1])
    reaching.let_through()
    assert reaching.reach.held == "", "the reader may send all the same"
    reaching.close()


async def test_it_goes_on_until_somebody_stops_it_or_the_backend_answers(asked: list[int]) -> None:
    reaching = of(asked)
    for times in (1, 2, 3):
        reaching.answered(Unreachable("Nothing listens."), "", None)
        assert reaching.reach.times == times
        await until(lambda times=times: len(asked) == times)  # type: ignore[misc]
    reaching.answered(Unreachable("Nothing listens."), "", None)
    reaching.stop()
    assert reaching.reach.again_in is None
    reaching.answered(Unreachable("Nothing listens."), "", None)
    assert reaching.reach.again_in is None, "stopped is stopped"
    reaching.ask_now()
    assert len(asked) == 4
    reaching.answered(None, "Connected", None)
    since = reaching.reach.since
    reaching.answered(None, "Connected", None)
    assert reaching.reach.since == since
    assert reaching.reach.held == ""
    await asyncio.sleep(0)
    assert len(asked) == 4


async def test_nobody_is_asked_while_nobody_looks(asked: list[int]) -> None:
    looks = [False, False, True]
    reaching = of(asked, lambda: looks.pop(0))
    reaching.answered(Unreachable("Nothing listens."), "", None)
    await until(lambda: not looks)
    await until(lambda: asked == [1])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://a.example/chatkit", "sent without credentials: none were asked for"),
        ("http://a.example/chatkit?token=abcdef1234567890", "sent with the address&#x27;s ?token"),
        (
            "http://ada:lovelace@a.example/chatkit",
            "sent with the address&#x27;s user name and password (no browser sends to an address with a user name",
        ),
    ],
)
def test_credentials_in_the_address_are_credentials(url: str, words: str) -> None:
    said = answers_html(Profile("p1", "Ours", url), Reach("answers"))
    assert words.replace("&#x27;", "&#39;") in said.replace("&#x27;", "&#39;")
    assert "lovelace" not in said
    assert "abcdef1234567890" not in said
