"""Colours of code, and that Pygments still says what they are chosen by."""

import pytest
from pygments.token import STANDARD_TYPES, Name, Token

from chat.rendering.code import code_block


def test_a_token_type_is_a_tuple_of_names() -> None:
    moved = "Pygments' token types are no tuples of names any more: chat/rendering/code.py has to read them another way"
    assert isinstance(Name.Function, tuple), moved
    assert Name.Function == ("Name", "Function"), moved
    assert Name.Function[:1] == Name, moved
    assert Name[:0] == Token, moved
    assert hash(Name.Function) == hash(("Name", "Function")), moved
    assert all(isinstance(kind, tuple) for kind in STANDARD_TYPES), moved


@pytest.mark.parametrize(
    ("code", "html"),
    [
        ("def area(): pass", "<span class=k>def</span> <span class=f>area</span>(): <span class=k>pass</span>"),
        ("class Area: ...", "<span class=k>class</span> <span class=f>Area</span>: ..."),
        ("x = 1.5e3", "x = <span class=m>1.5e3</span>"),
        ('"a\\n"', '<span class=s>"a</span><span class=e>\\n</span><span class=s>"</span>'),
        ("# why", "<span class=c># why</span>"),
        ("plain", "plain"),
    ],
)
def test_what_has_no_class_of_its_own_looks_like_what_is_above_it(code: str, html: str) -> None:
    assert f"<pre tabindex=0><code>{html}</code></pre>" in code_block(code, "python", highlight=True)
