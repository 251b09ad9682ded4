"""Failures: one that a retry mends, and one that nothing explains."""

from __future__ import annotations

from agents import RunContextWrapper, function_tool
from chatkit.errors import CustomStreamError
from chatkit.types import ProgressUpdateEvent

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["CRASH", "SCENARIO"]

_FAILED = "payment_failed_for"


@function_tool(failure_error_function=None)
async def pay_invoice(wrapper: RunContextWrapper[Stage], invoice: str) -> str:
    """Pay an invoice. The first attempt for a message fails.

    Args:
        invoice: The invoice's number.
    """
    stage = wrapper.context
    await stage.stream(ProgressUpdateEvent(icon="bolt", text=f"Paying invoice {invoice[:20]}…"))
    await stage.pace.pause(1.0)
    # Kept with the thread: whatever follows the user's message is deleted by a retry.
    if stage.thread.metadata.get(_FAILED) != stage.message_id:
        stage.thread.metadata[_FAILED] = stage.message_id
        raise CustomStreamError(
            "The payment provider did not answer within ten seconds. Nothing was charged.", allow_retry=True
        )
    return f"Invoice {invoice[:20]} was paid."


@function_tool(failure_error_function=None)
async def divide_by_zero(wrapper: RunContextWrapper[Stage]) -> str:
    """Fail in a way that nobody foresaw."""
    return str(1 / 0)


def _script(cue: Cue) -> Script:
    yield Call("pay_invoice", {"invoice": "2026-0117"})
    yield Say("Invoice **2026-0117** is paid: 1,280.00 EUR, from the account ending in 4471. It worked this time.")


def _crash(cue: Cue) -> Script:
    yield Say("Watch what happens to a tool that fails without a word.")
    yield Call("divide_by_zero")
    yield Say("This is never said.")


SCENARIO = Scenario(
    name="failure",
    label="Error and retry",
    prompt="Pay invoice 2026-0117",
    icon="triangle-alert",
    title="Invoice 2026-0117",
    keywords=("error*", "fail", "fails", "failure", "retry", "pay invoice", "pay the invoice"),
    script=_script,
    tools=(pay_invoice,),
)

CRASH = Scenario(
    name="crash",
    label="A crash",
    prompt="Crash please",
    icon="bug",
    title="A crash",
    keywords=("crash*", "exception", "divide by zero"),
    script=_crash,
    tools=(divide_by_zero,),
    on_start_screen=False,
)
