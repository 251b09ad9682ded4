"""What becomes of what the user sends."""

from chat.checks.findings import Level
from chat.checks.rules import active

tags_lost = active(
    "input/tags-lost",
    level=Level.WARNING,
    title="A tag in a message does not come back",
    expected="every part of the message's content in the `user_message` item, `input_tag` included",
    why="Who mentions an order with @ sees only the words around it, and so does the agent after a reload.",
    fix="item = UserMessageItem(\n    id=item_id, thread_id=thread.id, created_at=datetime.now(),\n"
    "    content=request.params.input.content,  # all parts, not only the text\n"
    "    attachments=[], inference_options=request.params.input.inference_options,\n)",
    widget="Shows the user's message as it comes back: most likely without the tag.",
)
