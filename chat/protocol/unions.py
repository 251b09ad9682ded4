"""What the unions of the SDK's types are made of."""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["type_names", "union_members"]


@cache
def union_members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, without None and without the wrapping of `Annotated`; the annotation alone if it is none.

    A member that is an annotated union itself stays one member.
    """
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        members = tuple(member for member in get_args(annotation) if member is not type(None))
        return union_members(members[0]) if len(members) == 1 else members
    return (annotation,)


@cache
def type_names(annotation: Any) -> frozenset[str]:
    """The values of `type` that the models of a union have."""
    names: set[str] = set()
    for member in union_members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            field = member.model_fields.get("type")
            if field is not None and isinstance(field.default, str):
                names.add(field.default)
        elif len(union_members(member)) > 1:
            names |= type_names(member)
    return frozenset(names)
