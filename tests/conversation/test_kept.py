"""How many exchanges are kept, and how large."""

from collections.abc import Sequence

import pytest

from chat.conversation.kept import over
from chat.conversation.recorded import RecordedThread
from chat.exchanges import Exchange
from chat.ui.window_source import WindowSource
from tests.checks.streams import exchange


def answers(*sizes: int, running: Sequence[int] = ()) -> list[Exchange]:
    made = [exchange(b"x" * size, "threads.list") for size in sizes]
    for at in running:
        made[at].outcome = "pending"
    return made


@pytest.mark.parametrize(
    ("sizes", "most", "most_bytes", "running", "spared", "gone"),
    [
        ((5, 5, 5), 3, 15, (), (), []),
        ((5, 5, 5), 2, 15, (), (), [0]),
        ((5, 5, 5), 3, 9, (), (), [0, 1]),
        ((50, 1, 1), 9, 9, (), (), [0]),
        ((1, 1, 50), 9, 9, (), (), [0, 1]),
        ((50, 5, 5), 9, 9, (), (0,), [1]),
        ((50, 5, 5), 9, 9, (0,), (), [1]),
        ((50,), 0, 0, (), (), []),
    ],
)
def test_the_oldest_go_first_and_never_what_runs_or_is_looked_at_or_the_newest(
    sizes: Sequence[int],
    most: int,
    most_bytes: int,
    running: Sequence[int],
    spared: Sequence[int],
    gone: Sequence[int],
) -> None:
    made = answers(*sizes, running=running)
    found = over(made, most, most_bytes, [made[at].id for at in spared])
    assert found == [made[at] for at in gone]


def test_a_thread_counts_what_it_has_forgotten_and_its_windows_keep_what_they_show() -> None:
    thread, made = RecordedThread("a file"), answers(5, 5, 5)
    source = WindowSource(thread)
    source.show(thread, alone=False)
    for one in made:
        thread.exchange_began(one)
    source.looks_at(made[0].id)
    thread.keep_exchanges(9, 9)
    assert thread.exchanges == [made[0], made[2]]
    assert thread.diagnoses.get(made[1].id) is None
    assert source.forgotten == 1
    source.close()
    thread.keep_exchanges(9, 9)
    assert thread.exchanges == [made[2]]


def test_a_window_keeps_so_much_outside_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.ui.window_source.KEPT_BYTES", 9)
    source, made = WindowSource(RecordedThread("a file")), answers(5, 5, 5)
    for one in made:
        source.began(one)
        source.ended(one)
    assert list(source.exchanges) == made[-1:]
    assert source.forgotten == 2
    source.forget_outside()
    assert source.forgotten == 0
