"""A client tool call: what was asked of the page, and a form to answer while it is pending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatkit.types import ClientToolCallItem
from markupsafe import Markup

from chat.rendering.icons import icon

from ..code import code_block
from ..context import RenderContext
from ..html import action, form_problem, json_text, labelled_json, shortened, tag, text_of
from .registry import draws_item

if TYPE_CHECKING:
    from chat.protocol import ItemState

_MAX_JSON = 20_000


def _json(label: str, data: object) -> Markup:
    code = Markup(code_block(shortened(json_text(data), _MAX_JSON), "json", highlight=True))
    return tag("div", tag("span", label, class_="tool-label"), code, class_="tool-json")


@draws_item("client_tool_call")
def _client_tool_call(state: ItemState, context: RenderContext) -> Markup:
    item = state.item
    if not isinstance(item, ClientToolCallItem):
        return labelled_json("A client tool call that does not fit the protocol's types", "", state.json, opened=True)
    pending = item.status == "pending"
    head = tag(
        "div",
        icon("wrench", 15),
        tag("b", text_of(item.name, 200)),
        tag("span", "client tool call", class_="tool-kind"),
        tag("span", "waiting for output" if pending else "completed", class_=f"state state-{item.status}"),
        class_="tool-head",
    )
    form = None
    if pending:
        field = tag(
            "textarea",
            class_="control",
            name="output",
            rows="3",
            spellcheck="false",
            aria_label="Output of the tool",
            placeholder='Output as JSON, for example {"ok": true}, or plain text',
            disabled=not context.interactive,
        )
        send = tag(
            "button",
            "Send output",
            type="submit",
            class_="w-button solid-primary",
            disabled=not context.interactive,
            data_action=action("tool-output"),
            data_testid="tool-output",
        )
        as_text = tag(
            "button",
            "Send as text",
            type="button",
            class_="w-button outline-secondary",
            disabled=not context.interactive,
            data_action=action("tool-output", text=True),
            data_testid="tool-output-text",
            data_after_problem=True,
            hidden=True,
        )
        always = tag(
            "label",
            tag(
                "input",
                type="checkbox",
                name="always",
                disabled=not context.interactive,
                data_testid="tool-always",
            ),
            "Answer always so",
            class_="tool-always",
            title="This tool is answered with this output by itself from now on, over this connection",
        )
        row = tag("div", always, as_text, send, class_="form-row")
        form = tag("form", field, form_problem(), row, class_="tool-form", novalidate=True)
    output = None if pending else _json("Output", item.output)
    return tag("div", head, _json("Arguments", item.arguments), output, form, class_="panel tool")
