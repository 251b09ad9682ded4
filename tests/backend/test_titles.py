"""Titles made from the first message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.backend.titles import title_from


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("what is open?", "What is open?"),
        ("Hello there. And a second sentence.", "Hello there"),
        ("# A heading\n\nwith text", "A heading with text"),
        ("", None),
        ("  \n\t ", None),
        ("...", None),
        (
            "Please explain in detail how the tide tables of a small harbour are made",
            "Please explain in detail how the tide tables…",
        ),
        ("潮汐表" * 40, "潮汐表" * 15 + "潮汐…"),
    ],
)
def test_a_title_is_the_beginning_of_the_text(text: str, title: str | None) -> None:
    assert title_from(text) == title


@given(st.text(max_size=300))
def test_a_title_is_one_line_of_at_most_48_characters(text: str) -> None:
    title = title_from(text)
    assert title is None or (0 < len(title) <= 49 and "\n" not in title)
