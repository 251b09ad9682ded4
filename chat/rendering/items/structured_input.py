"""Questions to the user: choices (one or several, with an answer of one's own) and free text; answered or skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatkit.types import StructuredInput, StructuredInputItem, StructuredInputMultipleChoice
from markupsafe import Markup

from chat.rendering.icons import icon

from ..context import RenderContext
from ..html import action, first_of, form_problem, join, labelled_json, tag, text_of, void
from .registry import draws_item

if TYPE_CHECKING:
    from chat.protocol import ItemState


@draws_item("structured_input")
def _structured_input(state: ItemState, context: RenderContext) -> Markup:
    item = state.item
    if not isinstance(item, StructuredInputItem):
        return labelled_json("A question that does not fit the protocol's types", "", state.json, opened=True)
    if item.status != "pending":
        return tag("div", join(_answered(question) for question in item.inputs), class_="panel questions is-answered")
    enabled = context.interactive
    buttons = tag(
        "div",
        tag(
            "button",
            "Skip",
            type="button",
            class_="w-button ghost-secondary",
            disabled=not enabled,
            data_action=action("structured-input", skip=True),
            data_testid="structured-skip",
        ),
        tag(
            "button",
            "Send",
            type="submit",
            class_="w-button solid-primary",
            disabled=not enabled,
            data_action=action("structured-input"),
            data_testid="structured-send",
        ),
        class_="form-row",
    )
    several = tag("p", "Questions left open count as skipped.", class_="question-note") if item.inputs[1:] else None
    questions = first_of(item.inputs, lambda question: _question(question, enabled))
    return tag("form", questions, several, form_problem(), buttons, class_="panel questions")


def _question(question: StructuredInput, enabled: bool) -> Markup:
    if not isinstance(question, StructuredInputMultipleChoice):
        return tag(
            "label",
            tag("span", text_of(question.question), class_="question"),
            tag("span", text_of(question.description), class_="question-note") if question.description else None,
            tag("textarea", name=question.id, rows="2", class_="control", disabled=not enabled),
            class_="question-block",
        )
    kind = "checkbox" if question.multiple else "radio"
    options = [
        tag(
            "label",
            void("input", type=kind, name=question.id, value=text_of(option.value), disabled=not enabled),
            tag("span", text_of(option.value)),
            class_="option",
        )
        for option in question.options
        if option.value.strip()
    ]
    # An answer of one's own: the box carries no value, the field beside it carries the text.
    own = tag(
        "label",
        Markup('<input type="{}" name="{}" value="" class="own-choice"{}>').format(
            kind, question.id, Markup("" if enabled else " disabled")
        ),
        void(
            "input",
            type="text",
            name=question.id,
            class_="own-answer",
            placeholder="Another answer",
            maxlength="2000",
            disabled=not enabled,
            data_with_choice=True,
            autocomplete="off",
            aria_label="Another answer",
        ),
        class_="option option-own",
    )
    note = "Choose any number" if question.multiple else None
    return tag(
        "fieldset",
        tag("legend", text_of(question.question), class_="question"),
        tag("span", note, class_="question-note") if note else None,
        tag("div", join(options), own, class_="options"),
        class_="question-block",
    )


def _answered(question: StructuredInput) -> Markup:
    answer = question.answer
    values = answer.values if answer and not answer.skipped else []
    if values:
        said = join(tag("li", text_of(value, 4_000)) for value in values)
        reply = tag("ul", said, class_="answers")
    else:
        reply = tag("span", "Skipped" if answer and answer.skipped else "Not answered", class_="question-note")
    mark = icon("check", 14) if values else icon("minus", 14)
    return tag(
        "div",
        tag("span", mark, class_="answer-mark"),
        tag("div", tag("span", text_of(question.question), class_="question"), reply),
        class_="question-block",
    )
