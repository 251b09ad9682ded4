"""Rendering a growing answer, the server's part: CPU per 1,000 deltas, bytes of patches per byte of text, growth."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from chat.rendering import MarkdownDocument, Patch
from chat.rendering.growing import Colours
from chat.rendering.markdown import render_markdown

DELTA = 4  # characters
RATE = 2_000  # deltas per second
TICK = 0.05  # seconds
SHARE = 10  # a step that took t seconds is followed by a pause of at least SHARE × t
SIZES = (20_000, 100_000, 400_000)

TEXT = (
    "the stream of events that a backend sends is read once and kept as it came with the time of each chunk so that "
    "evidence can name the byte and the millisecond of what went wrong while people see an answer grow"
)
WORDS = TEXT.split(" ")


def _sentence(pick: random.Random) -> str:
    words = [pick.choice(WORDS) for _ in range(pick.randint(7, 18))]
    if pick.random() < 0.3:
        words[2] = f"**{words[2]}**"
    if pick.random() < 0.2:
        words[4] = f"`{words[4]}`"
    if pick.random() < 0.05:
        words[5] = f"[{words[5]}](https://example.com/{pick.randint(1, 999)})"
    return " ".join(words).capitalize() + "."


def _paragraph(pick: random.Random) -> str:
    return " ".join(_sentence(pick) for _ in range(pick.randint(2, 5))) + "\n\n"


def _code(pick: random.Random, lines: int) -> str:
    head = "def step_{n}(value: int, limit: int = {n}) -> str:"
    line = '    total_{n} = value * {count} + len("chunk {n}")  # {word}'
    body = [
        (line if n % 5 else head).format(n=n, count=pick.randint(2, 99), word=pick.choice(WORDS)) for n in range(lines)
    ]
    return "```python\n" + "\n".join(body) + "\n```\n\n"


def _rows(pick: random.Random, count: int) -> str:
    row = "| {} | {} | {} |\n"
    return "".join(row.format(pick.choice(WORDS), pick.randint(1, 10**6), _sentence(pick)[:40]) for _ in range(count))


def _table(pick: random.Random, count: int) -> str:
    return "| Name | Count | Remark |\n|---|--:|---|\n" + _rows(pick, count) + "\n"


def _list(pick: random.Random, count: int) -> str:
    return "".join(f"- {_sentence(pick)}\n" for _ in range(count)) + "\n"


def answer(size: int, code: bool = True) -> str:
    """A realistic mix: prose, headings, lists, tables and (a quarter of it) code."""
    pick, out, length = random.Random(7), [], 0
    while length < size:
        kind = pick.random()
        if kind < 0.12:
            part = f"## {_sentence(pick)[:40]}\n\n"
        elif kind < 0.24:
            part = _list(pick, pick.randint(3, 8))
        elif kind < 0.30:
            part = _table(pick, pick.randint(3, 8))
        elif kind < 0.42 and code:
            part = _code(pick, pick.randint(4, 22))
        else:
            part = _paragraph(pick)
        out.append(part)
        length += len(part)
    return "".join(out)[:size]


def one_table(size: int) -> str:
    return _table(random.Random(1), size // 62)[:size]


def one_code_block(size: int) -> str:
    return _code(random.Random(2), size // 58)[:size]


def code_that_closes(size: int) -> str:
    return _code(random.Random(5), (size - 200) // 55)


def one_list(size: int) -> str:
    return _list(random.Random(3), size // 72)[:size]


def one_paragraph(size: int) -> str:
    pick = random.Random(4)
    return " ".join(_sentence(pick) for _ in range(size // 70))[:size]


@dataclass
class Run:
    """One text, fed as a model would."""

    cpu: float  # seconds
    worst: float  # seconds of the longest step
    sent: int  # bytes of patches
    text: int  # bytes
    deltas: int

    @property
    def per_thousand(self) -> float:
        """Milliseconds of CPU per 1,000 deltas."""
        return self.cpu * 1e6 / self.deltas


def measure(text: str) -> Run:
    """Feed `text` in small deltas on a clock of its own, stepping as the page does; checks the result."""
    document = MarkdownDocument()
    took: list[float] = []
    cpu, sent, due, clock = 0.0, 0, TICK, 0.0

    def step(next_step: Callable[[], Patch | Colours | None]) -> None:
        nonlocal sent
        begin = time.process_time()
        made = next_step()
        took.append(time.process_time() - begin)
        if made is not None:
            sent += len((made.add if isinstance(made, Patch) else made.html).encode()) + 12

    for at in range(0, len(text), DELTA):
        begin = time.process_time()
        document.feed(text[at : at + DELTA])
        cpu += time.process_time() - begin
        clock += 1 / RATE
        if clock < due:
            continue
        step(document.advance)
        due = clock + max(TICK, SHARE * took[-1])
        if document.colouring:
            step(document.colour)
    step(lambda: document.advance(final=True))
    while document.colouring:
        step(document.colour)
    assert document.html()[0] == render_markdown(text)
    return Run(cpu + sum(took), max(took), sent, len(text.encode()), math.ceil(len(text) / DELTA))


def growth(small: Run, large: Run) -> float:
    """Exponent b of cpu ~ text^b between two runs."""
    return math.log(large.cpu / small.cpu) / math.log(large.text / small.text)


CASES: tuple[tuple[str, Callable[[int], str], tuple[int, ...]], ...] = (
    ("answer", answer, SIZES),
    ("answer without code", lambda size: answer(size, code=False), SIZES),
    ("one table", one_table, SIZES[:2]),
    ("one code block", one_code_block, SIZES),
    ("code that closes", code_that_closes, (19_000,)),
    ("one list", one_list, SIZES[:2]),
    ("one paragraph", one_paragraph, SIZES[:2]),
)


def run() -> None:
    """Print the table."""
    render_markdown(answer(5_000))  # parsers and lexers are loaded once
    print(
        f"{'text':24}{'size':>9}{'CPU ms / 1,000 deltas':>24}{'patch bytes / byte':>20}"
        f"{'worst step ms':>15}{'of all':>8}{'growth':>8}"
    )
    for name, make, sizes in CASES:
        first: Run | None = None
        for size in sizes:
            one = measure(make(size))
            exponent = f"{growth(first, one):8.2f}" if first else " " * 8
            first = first or one
            print(
                f"{name:24}{size // 1000:>6} kB{one.per_thousand:>24.1f}{one.sent / one.text:>20.2f}"
                f"{one.worst * 1000:>15.1f}{one.worst / one.cpu:>8.0%}{exponent}",
                flush=True,
            )


if __name__ == "__main__":
    run()
