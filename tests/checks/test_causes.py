"""The table of causes speaks of rules that exist."""

from fnmatch import filter as matching
from typing import Any

import pytest

from chat.checks import CATALOGUE
from chat.checks.causes import CONSEQUENCES


@pytest.mark.parametrize("row", CONSEQUENCES, ids=lambda row: row.cause)
def test_every_row_names_rules_of_the_catalogue(row: Any) -> None:
    assert matching(CATALOGUE, row.cause)
    assert all(matching(CATALOGUE, effect) for effect in row.effects)
