"""Every icon name a ChatKit backend may send has a picture."""

from typing import get_args

import pytest
from chatkit.icons import IconName

from chat.rendering.icons import FALLBACK, LUCIDE_NAME, _shapes, chatkit_icon, icon

CHATKIT_NAMES = [name for literal in get_args(IconName) for name in get_args(literal) if isinstance(name, str)]


@pytest.mark.parametrize("name", CHATKIT_NAMES)
def test_each_of_chatkits_icon_names_has_its_own_shape(name: str) -> None:
    assert LUCIDE_NAME.get(name, name) in _shapes()


def test_a_lucide_name_is_taken_as_it_is() -> None:
    assert _shapes()["anchor"] in chatkit_icon("lucide:anchor")


def test_an_unknown_icon_shows_the_fallback() -> None:
    assert _shapes()[FALLBACK] in chatkit_icon("vendor:acme")


def test_a_hostile_icon_name_stays_text() -> None:
    assert "<script>" not in icon('"><script>alert(1)</script>')
