"""Inputs that the diagnosis once got wrong, each with its right verdict. Each stands for a kind."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from chat.checks.threads import examine_all
from chat.commands.main import main
from chat.exchanges import operation_of
from tests.checks.streams import exchange

CASES = Path(__file__).parent / "data" / "cases"


class Right(NamedTuple):
    """What `explain` has to say of an input: its first line, and what stands nowhere."""

    case: str
    headline: str
    rule: str = ""
    exit_code: int = 1
    never: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    """What else stands somewhere."""


FINE = "backend is fine"
NOT_SPOKEN = "What the backend meant"

VERDICTS = [
    Right("f01-workflow-continues-after-tool-call/session.har", "No fault", exit_code=0, never=("never-done", FINE)),
    Right(
        "f02-invalid-error-event/session.har",
        "`error` is not valid: `code`",
        "schema/invalid",
        says=(
            '"message": "Model gave up", "allow_retry": true',
            "ErrorEvent(message='Model gave up', allow_retry=True)",
        ),
        never=("never-done", '"allow_retry":false', '"allow_retry": false', "thread.item.done ("),
    ),
    Right("f03-empty-json-body/answer.txt", "No fault", exit_code=0, never=(FINE, "spinner")),
    Right(
        "f04-curl-500-translated/answer.txt",
        "The request fails with status 500",
        "errors/operation-fails",
        never=("six times", NOT_SPOKEN, "sees the answer"),
    ),
    Right(
        "f05-400-for-malformed-json/session.har",
        "No fault",
        exit_code=0,
        never=("was refused", "does not ask again"),
        says=("Sends no such request.",),
    ),
    Right(
        "m01-json-operation-500/session.har",
        "`threads.get_by_id` fails with status 500",
        "errors/operation-fails",
        never=("WARNING",),
    ),
    Right(
        "m02-error-event-says-ok/session.har",
        "`threads.add_user_message` ends in an error",
        "lifecycle/ended-in-error",
        never=(FINE,),
    ),
    Right(
        "m04-has-more-without-after/session.har",
        "A page has more",
        "paging/cursor",
        never=(FINE, "sees the answer"),
        says=("Asks for the next page without a pause.",),
    ),
    Right("m07-streamed-ids-are-not-stored/session.har", "stored under another id", "persistence/id-changes"),
    Right("m09-workflow-done-while-loading/session.har", "still loading", "lifecycle/task-unfinished", 0),
    Right("m11-tool-output-without-reply/session.har", "gets no reply", "tools/output-unanswered"),
    Right(
        "m12-server-died/session.har",
        "closed the connection without an answer",
        "transport/no-answer",
        never=("CORS", "COULD NOT RUN"),
    ),
    Right("m16-stored-twice-identical/session.har", "stands twice in one page", "identity/stored-twice"),
    Right(
        "p04-curl-empty-body/answer.txt",
        "The request fails with status 500",
        "errors/operation-fails",
        never=("six times", NOT_SPOKEN),
    ),
    Right(
        "p04-curl-empty-body/network.har",
        "What is no ChatKit request fails",
        "errors/operation-fails",
        never=("same POST again",),
        says=("Sends no such request.", "python app.py curl threads.list"),
    ),
    Right("p05-create-answered-json/answer.txt", "No fault", exit_code=0, never=(FINE,)),
    Right("p05-create-answered-json/network.har", "sends the request six times", "transport/retried"),
    Right(
        "p09-widget-faults/missing-value.txt",
        "`value` of a Text is missing",
        "widgets/invalid",
        says=(
            "Text(value=...)",
            "$.children[0].value: field required",
            'Button(onClickAction=ActionConfig(type="go"))',
        ),
    ),
    Right(
        "p09-widget-faults/number-label.txt",
        "`label` of a Badge is not",
        "widgets/invalid",
        says=('Badge(label="1")', "$.children[0].children[0].label: 1"),
    ),
    Right(
        "p09-widget-faults/scrollable.txt",
        "`scrollable` of a Box is no prop",
        "widgets/invalid",
        0,
        says=("$.children[0]: without `scrollable`",),
    ),
    Right("p09-widget-faults/template-not-rendered.txt", "a template that nobody filled in", "widgets/invalid"),
    Right(
        "p13-domain-key-har/network.har",
        "The domain of the page was refused",
        "page/domain",
        never=("top-level `message`",),
        says=("Takes its frame out of the page.", "domain_keys/verify_hosted: 401"),
    ),
    Right("p13-domain-key-har/self-hosted.har", "The domain of the page was refused", "page/domain", never=(FINE,)),
    Right(
        "p17-upload-url/network.har",
        "the old `upload_url`",
        "uploads/descriptor",
        never=("sees the answer",),
        says=("Has nowhere to send the file.",),
    ),
    Right(
        "p19-index-html/answer.txt",
        "a page of HTML stands there",
        "endpoint/not-chatkit",
        never=("media_type",),
    ),
    Right("p19-index-html/m405.txt", "it takes no POST", "endpoint/not-chatkit"),
    Right("p19-index-html/m422.txt", "wants a body of its own (`body.message`)", "endpoint/not-chatkit"),
    Right(
        "p19-index-html/r307.txt",
        "it redirects to `http://localhost:8000/chatkit/`",
        "endpoint/not-chatkit",
        exit_code=0,  # the widget follows it
        never=("stays blank",),
        says=("Follows the 307 with the same POST",),
    ),
]


@pytest.mark.parametrize("right", VERDICTS, ids=lambda right: right.case)
def test_a_case_is_judged_rightly(right: Right) -> None:
    result = CliRunner().invoke(main, ["explain", str(CASES / right.case)])
    first = result.output.split("\n")[0]
    assert right.headline in first
    assert right.rule in first
    assert result.exit_code == right.exit_code
    said = " ".join(result.output.split())
    for words in right.never:
        assert words not in said
    for words in right.says:
        assert words in said


@pytest.mark.parametrize("sent", ["{}", "hello", '{"message": "hi"}', '{"type": "threads.no_such_operation"}'])
def test_what_is_no_chatkit_request_is_called_so_and_one_is_shown(sent: str) -> None:
    made = exchange(b"Internal Server Error", "", status=500, content_type="text/plain", sent=sent.encode())
    made.request = replace(made.request, operation=operation_of(sent.encode()))
    (examined,) = examine_all([made])
    (finding,) = examined.findings
    assert finding.headline == "What is no ChatKit request fails with status 500"
    assert "# python app.py curl threads.list" in finding.fix
    assert examined.view.behaviour == "Sends no such request."


def test_the_same_fault_of_many_items_is_one_block() -> None:
    result = CliRunner().invoke(main, ["explain", str(CASES / "q01-same-fault-many-items" / "session.har")])
    blocks = [line for line in result.output.split("\n") if line.startswith(("ERROR", "WARNING", "NOTE"))]
    assert len(blocks) == 1
    assert "(×3)" in blocks[0]


def test_a_foreign_stream_with_one_id_for_two_questions_is_named() -> None:
    result = CliRunner().invoke(
        main, ["explain", str(CASES / "m14-constant-user-id-in-foreign-stream" / "session.har")]
    )
    assert "vocabulary/responses-api" in result.output.split("\n")[0]
    assert "ERROR  Two messages share the id `msg-user-7`  [identity/reused-id]" in result.output
    meant = result.output.split("What the backend meant in exchange 2")[1]
    assert '"id":"msg-user-7"' not in meant
    assert "another id for `msg-user-7`: a message has it already" in meant
