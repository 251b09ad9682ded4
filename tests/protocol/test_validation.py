"""The private door to pydantic's core schema: it is open today, and all is the same, only slower, when it is not."""

import subprocess
import sys
from pathlib import Path

import pydantic

from chat.protocol import validation

DATA = Path(__file__).parent.parent / "data"
BODIES = [*sorted(DATA.glob("good-*.txt")), *sorted(DATA.glob("seed-attempt-*.txt"))]
ODD = (
    b'data: {"type":"thread.item.updated","item_id":"a","update":{"content_index":0,"delta":"x"}}\n\n'
    b'data: {"type":"thread.item.updated","item_id":"a","update":{"type":"workflow.task.added","task_index":"no"}}\n\n'
    b'data: {"type":"thread.item.updated","item_id":"a","update":{"type":"nobody.knows"}}\n\n'
    b'data: {"type":"thread.item.updated","item_id":"a"}\n\n'
)

DECODE = """
import sys
from chat.protocol import decode_body, validation
for body in sys.stdin.buffer.read().split(b"\\0"):
    for event in decode_body(body):
        print(repr((event.type, event.valid, event.value, event.problems)))
print(validation.validate == validation.ADAPTER.validate_json)
"""
WITHOUT_CORE_SCHEMAS = """
import chatkit.types, pydantic_core
def refused(schema):
    raise pydantic_core.SchemaError("a schema of another shape")
pydantic_core.SchemaValidator = refused
"""

BUILT_WHEN_USED = """
from chat.building import no_building
with no_building():
    import chat.protocol.events
"""


def decoded(before: str = "") -> list[str]:
    """What another process makes of all the bodies, line by line, and at last whether it went the plain way."""
    sent = b"\0".join([*(path.read_bytes() for path in BODIES), ODD])
    command = [sys.executable, "-c", before + DECODE]
    done = subprocess.run(command, input=sent, capture_output=True, check=True, cwd=Path(__file__).parents[2])
    return done.stdout.decode().splitlines()


def test_pydantics_core_schema_still_lets_updates_be_chosen_by_their_type() -> None:
    assert validation.by_discriminator() is not None, (
        f"pydantic {pydantic.VERSION} describes the SDK's events by another core schema: chat/protocol/validation.py "
        "goes the plain way, and every text delta costs more. Mend that module, or keep to the version in "
        "constraints.txt."
    )


def test_where_the_schema_cannot_be_rewritten_every_event_is_understood_the_same() -> None:
    quick, plain, late = decoded(), decoded(WITHOUT_CORE_SCHEMAS), decoded(BUILT_WHEN_USED)
    assert (quick.pop(), plain.pop(), late.pop()) == ("False", "True", "False")
    assert plain == quick == late
