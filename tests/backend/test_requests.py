"""What `chat.backend.requests` leaves to the SDK: an adapter that is made already."""

from chatkit.types import ChatKitReq
from pydantic import TypeAdapter

from chat.backend.requests import REQUEST


def test_the_adapter_that_the_sdk_makes_for_each_request_has_what_was_made_once() -> None:
    """When this fails, all is the same, and each request of the embedded backend takes some milliseconds more."""
    assert TypeAdapter[ChatKitReq](ChatKitReq).validator is REQUEST.validator
