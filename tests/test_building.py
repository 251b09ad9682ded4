"""Models that are imported in a hurry build their validators later, and are what they would have been."""

import contextlib

import pytest
from pydantic import BaseModel, ValidationError

from chat.building import no_building


def test_a_model_defined_inside_is_built_when_it_is_used_and_one_defined_later_at_once() -> None:
    with contextlib.suppress(KeyError), no_building():

        class Inner(BaseModel):
            number: int

        class Outer(BaseModel):
            inner: list[Inner]

        raise KeyError("an import that fails")

    class Later(BaseModel):
        number: int

    assert not Inner.__pydantic_complete__
    assert not Outer.__pydantic_complete__
    assert Later.__pydantic_complete__
    assert Outer.model_validate_json('{"inner": [{"number": 1}]}').inner == [Inner(number=1)]
    with pytest.raises(ValidationError, match=r"inner\.0\.number"):
        Outer.model_validate({"inner": [{"number": "one"}]})
    assert Inner.__pydantic_complete__
    assert Outer.__pydantic_complete__
