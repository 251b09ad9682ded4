"""What a list of threads needs. This rule needs requests of its own."""

from chat.checks.findings import Level
from chat.checks.rules import active

never_set = active(
    "title/never-set",
    level=Level.NOTE,
    title="Threads never get a title",
    expected="a title after the first turn",
    why="The history is a list of entries without names.",
    fix='thread.title = "Open orders"  # in respond(): the SDK stores it and sends thread.updated',
    widget="Lists the thread without a name.",
)
