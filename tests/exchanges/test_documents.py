"""The JSON of an answer, as far as the workbench reads it: nothing that is said of it is a limit of somebody else."""

import json
import random
from typing import Any

import pytest

from chat.exchanges import Exchange
from chat.exchanges.documents import document_of, unread
from chat.protocol.lenient_json import LONGEST_DOCUMENT, MOST_VALUES, affordable
from tests.checks.streams import exchange

NASTY = ["a,b", '"', '\\"', "\\", "\\\\", '\\",[', "[[{", "", ",", '","', "é,"]


def answer(body: bytes) -> Exchange:
    return exchange(body, "threads.get_by_id")


def counted(value: Any) -> int:
    """Values, as the limit counts them: one for each comma, and for each bracket that opens."""
    entries = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if entries is None else 1 + max(0, len(entries) - 1) + sum(map(counted, entries))


def made(chance: random.Random, depth: int = 0) -> Any:
    match chance.randrange(5 if depth < 4 else 2):
        case 0 | 1:
            return chance.choice([*NASTY, 1, None])
        case 2 | 3:
            return [made(chance, depth + 1) for _ in range(chance.randrange(5))]
        case _:
            return {chance.choice(NASTY) + str(at): made(chance, depth + 1) for at in range(chance.randrange(5))}


@pytest.mark.parametrize("seed", range(200))
def test_what_stands_in_a_text_is_no_value(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    document = [made(chance)]
    text = json.dumps(document, ensure_ascii=bool(seed % 2), indent=seed % 3 or None)
    for most, fits in ((counted(document), True), (counted(document) - 1, False)):
        monkeypatch.setattr("chat.protocol.lenient_json.MOST_VALUES", most)
        monkeypatch.setattr("chat.protocol.lenient_json._PIECE", chance.choice([1, 2, 7, 2**17]))
        assert affordable(text) is affordable(text.encode()) is fits


def test_a_long_text_of_commas_and_brackets_is_read() -> None:
    body = json.dumps({"id": "thr_1", "title": ",[{" * MOST_VALUES}).encode()
    assert document_of(answer(body))["id"] == "thr_1"
    assert unread(answer(body)) == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"data":[' + b"[]," * MOST_VALUES + b"1]}", "at most 100,000 values"),
        (b'{"data":[' + b'"",' * (3 * MOST_VALUES) + b"1]}", "at most 100,000 values"),
        (b'{"title":"' + b"x" * LONGEST_DOCUMENT + b'"}', "at most 16 MB"),
    ],
)
def test_what_is_too_large_is_called_a_limit_of_the_workbench(body: bytes, words: str) -> None:
    assert document_of(answer(body)) is None
    assert unread(answer(body)).startswith("the workbench reads documents of")
    assert words in unread(answer(body))


@pytest.mark.parametrize("body", [b"data: {}\n\n" * 20_000, b"<html>" + b"," * 200_000, b"", b"  "])
def test_what_is_no_json_has_no_limit(body: bytes) -> None:
    assert document_of(answer(body)) is None
    assert unread(answer(body)) == ""


def test_the_beginning_and_a_stretch_of_a_body_are_those_of_all_of_it() -> None:
    made = answer(b"")
    body = bytes(range(200))
    for at in range(0, 200, 7):
        made.add(0, body[at : at + 7])
    assert made.size == 200
    for start in (-5, 0, 3, 7, 20, 199, 300):
        assert made.beginning(max(0, start)) == body[: max(0, start)]
        for end in (0, 7, 21, 100, 500):
            assert made.stretch(start, end) == body[max(0, start) : end]
    places = [(-5, 3), (3, 7), (3, 150), (20, 21), (100, 100), (199, 500), (300, 400)]
    assert list(made.stretches(places)) == [body[max(0, start) : end] for start, end in places]
