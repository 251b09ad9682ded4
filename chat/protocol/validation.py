"""The SDK's type of all events as a validator, with the union of updates chosen by `type` and not by trying all ten.

A private door: the SDK's union of updates has no discriminator, so pydantic tries its members one after the other, for
every delta, and there are hundreds of thousands. To give it one means to rewrite pydantic's core schema, whose shape is
promised to nobody. It is known to this module alone; where it is another one than expected, the SDK's plain validator
does the same work, more slowly. `tests/protocol/test_validation.py` says when that happens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chatkit.types import ThreadItemUpdatedEvent, ThreadStreamEvent
from pydantic_core import SchemaValidator

from .adapters import event_adapter

__all__ = ["ADAPTER", "by_discriminator", "validate"]

ADAPTER = event_adapter()


def by_discriminator() -> Callable[[str], ThreadStreamEvent] | None:
    """The quick validator of JSON; None when pydantic's schema is not what it was.

    It accepts the same as the SDK's types, with the same result, except updates without a `type`: those it refuses.
    """
    rewritten: list[str] = []
    try:
        validator = SchemaValidator(_with_discriminated_updates(ADAPTER.core_schema, rewritten))
    except Exception:  # whatever a schema of another shape leads to: the plain way is there
        return None
    return validator.validate_json if rewritten else None


def _with_discriminated_updates(schema: Any, rewritten: list[str]) -> Any:
    if isinstance(schema, list):
        return [_with_discriminated_updates(part, rewritten) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "model" and schema.get("cls") is ThreadItemUpdatedEvent:
        fields = schema["schema"]["fields"]
        choices = {
            choice["cls"].model_fields["type"].default: choice for choice in fields["update"]["schema"]["choices"]
        }
        update = {"type": "tagged-union", "discriminator": "type", "choices": choices}
        fields = {**fields, "update": {**fields["update"], "schema": update}}
        rewritten.append("update")
        return {**schema, "schema": {**schema["schema"], "fields": fields}}
    return {key: _with_discriminated_updates(part, rewritten) for key, part in schema.items()}


validate: Callable[[str], ThreadStreamEvent] = by_discriminator() or ADAPTER.validate_json
"""An event of the SDK's type from JSON. Raises `ValidationError`; also for an update without a `type`, which `ADAPTER`
may take."""
