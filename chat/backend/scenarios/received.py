"""What came with the user's message, told back part by part."""

from __future__ import annotations

from chat.backend.script import Cue, Say, Scenario, Script, echo

__all__ = ["SCENARIO"]


def _parts(cue: Cue) -> list[str]:
    lines = [f"- **Text:** {echo(cue.text)}"]
    if cue.message is None:
        return lines
    if cue.quoted:
        lines.append(f"- **Quoted:** {echo(cue.quoted)}")
    for tag in cue.sent_tags:
        group = f", of the group {echo(tag.group)}" if tag.group else ""
        kind = " It can be clicked." if tag.interactive else ""
        lines.append(f"- **Tag** {echo(tag.text)}: id {echo(tag.id)}{group}, data {echo(tag.data)}.{kind}")
    for file in cue.message.attachments:
        lines.append(f"- **File** {echo(file.name)}: {echo(file.mime_type)}, id {echo(file.id)}")
    options = cue.message.inference_options
    lines.append(f"- **Tool:** {echo(options.tool_choice.id) if options.tool_choice else 'none was chosen'}")
    lines.append(f"- **Model:** {echo(options.model) if options.model else 'none was chosen'}")
    return lines


def _script(cue: Cue) -> Script:
    yield Say("This is what came with your message:\n\n" + "\n".join(_parts(cue)))


SCENARIO = Scenario(
    name="received",
    label="What was sent",
    prompt="Repeat what I sent",
    icon="inbox",
    title="What was sent",
    keywords=("repeat what i sent", "what did i send", "what i sent", "repeat that back"),
    script=_script,
    on_start_screen=False,
)
