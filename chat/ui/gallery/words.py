"""What the playground says, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from chat.inspection.playground import Asked, Remark
from chat.rendering.code import code_block
from chat.rendering.html import join, tag, text_of

__all__ = ["asked_html", "not_read_html", "remarks_html"]

_OUTCOMES = {"crash": "Breaks the turn", "wrong": "Wrong", "ignored": "Ignored"}


def not_read_html(words: str) -> str:
    """Why the text is not shown; what was shown before stays."""
    return str(tag("p", text_of(words, 2_000), class_="pg-not-read", role="alert", data_testid="not-read"))


def remarks_html(remarks: Sequence[Remark], kind: str) -> str:
    """What is wrong, or that nothing was found."""
    if not remarks:
        words = f"Nothing was found in this {kind} that the SDK's types or the rules object to."
        return str(tag("p", words, class_="pg-fine", data_testid="nothing-wrong"))
    return str(tag("ol", join(_remark(remark) for remark in remarks), class_="pg-remarks"))


def _remark(remark: Remark) -> Markup:
    facts = join(
        tag("dt", name) + tag("dd", text_of(value, 400), class_=f"is-{name}")
        for name, value in (("expected", remark.expected), ("got", remark.got))
    )
    said = f"The official widget {'' if remark.seen else 'likely '}{remark.becomes}."
    return tag(
        "li",
        tag("p", tag("b", _OUTCOMES[remark.outcome]), tag("code", text_of(remark.path, 300)), class_="pg-where"),
        tag("dl", facts),
        tag("p", said, class_="pg-becomes"),
        class_=f"pg-remark is-{remark.outcome}",
        data_testid="remark",
        data_path=remark.path,
        data_outcome=remark.outcome,
    )


def asked_html(asked: Sequence[Asked]) -> str:
    """What clicks would send, the last first."""
    if not asked:
        return str(tag("p", "Click in the preview: the request that would go out is shown here.", class_="hint"))
    return str(join(_asked(one, number == 0) for number, one in enumerate(asked)))


def _asked(asked: Asked, newest: bool) -> Markup:
    body = Markup(code_block(asked.body, "json", highlight=True)) if asked.body else None
    return tag("details", tag("summary", asked.words), body, class_="pg-request", open=newest, data_testid="asked")
