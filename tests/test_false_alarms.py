"""Good sessions with servers made with the SDK: nothing is said against them, neither as recordings nor in a check.

The embedded backend's scenarios are in `tests/checks/test_embedded_backend.py`.
"""

from typing import Any, NamedTuple

import pytest

from chat.checks import Level
from chat.checks.examined import Examined
from chat.checks.reports import Report, explained
from chat.checks.run import Plan, check
from chat.client import Connection
from tests.checks.sdk import Code, said, served
from tests.checks.streams import USER_INPUT
from tests.checks.typed_in import ADD, CREATE, FILES, HERE, ITEM, OUTPUT, READ, Step

ROUTE = """
async def frames(result):
    try:
        async for frame in result:
            yield frame
    except (NotFoundError, ValueError) as problem:
        error = ErrorEvent(message="That is not there any more.")
        yield b"data: " + error.model_dump_json(exclude_none=True).encode() + b"\\n\\n"

try:
    result = await server.process(await request.body(), context)
except NotFoundError:
    return JSONResponse({"message": "This conversation does not exist."}, status_code=404)
except ValidationError:
    return JSONResponse({"message": "This is no ChatKit request."}, status_code=400)
except RuntimeError:
    return JSONResponse({"message": "This is not offered here."}, status_code=501)
if isinstance(result, StreamingResult):
    return StreamingResponse(frames(result), media_type="text/event-stream")
return Response(result.json, media_type="application/json")
"""
LIST: Step = ("items.list", {"thread_id": "THREAD", "limit": 20, "order": "desc"})
PAGE: Step = ("items.list", {"thread_id": "THREAD", "limit": 2, "order": "asc"})
THREADS: Step = ("threads.list", {"limit": 20, "order": "desc"})
RENAME: Step = ("threads.update", {"thread_id": "THREAD", "title": "Orders"})
DELETE: Step = ("threads.delete", {"thread_id": "THREAD"})
ATTACH: Step = ("attachments.create", {"name": "a.txt", "size": 1, "mime_type": "text/plain"})
WITH_FILE: Step = ("threads.create", {"input": {**USER_INPUT, "attachments": ["atc_1"]}})
TAG = {"type": "input_tag", "id": "t1", "text": "Ada", "data": {}, "interactive": False}
WITH_TAG: Step = ("threads.create", {"input": {**USER_INPUT, "content": [TAG], "quoted_text": "as it was said"}})


def action(operation: str = "threads.custom_action", item_id: str = "w_1") -> Step:
    params = {"thread_id": "THREAD", "item_id": item_id, "action": {"type": "press", "payload": {"on": True}}}
    return (operation, params)


DATA = "id=f'x_{uuid.uuid4().hex}', thread_id=thread.id, created_at=datetime.now()"
DONE = "yield ThreadItemDoneEvent(item=item)\n"
SAYS = ITEM + DONE
STREAMED = f"""
item = AssistantMessageItem({DATA}, content=[])
yield ThreadItemAddedEvent(item=item)
for index, words in enumerate((("Hello ", "there"), ("And ", "more"))):
    part = AssistantMessageContent(text="")
    yield ThreadItemUpdatedEvent(
        item_id=item.id, update=AssistantMessageContentPartAdded(content_index=index, content=part))
    for word in words:
        yield ThreadItemUpdatedEvent(
            item_id=item.id, update=AssistantMessageContentPartTextDelta(content_index=index, delta=word))
    source = Annotation(source=URLSource(title="A page", url="https://a.example/"), index=5)
    yield ThreadItemUpdatedEvent(item_id=item.id, update=AssistantMessageContentPartAnnotationAdded(
        content_index=index, annotation_index=0, annotation=source))
    part = AssistantMessageContent(text="".join(words), annotations=[source])
    yield ThreadItemUpdatedEvent(
        item_id=item.id, update=AssistantMessageContentPartDone(content_index=index, content=part))
    item.content.append(part)
yield ThreadItemDoneEvent(item=item)
"""
CALL = f"ClientToolCallItem({DATA}, call_id='c_1', name='pick', arguments={{}})"
TASK = "CustomTask(title='Looking', status_indicator='{}')"
WORKFLOW = "WorkflowItem(id='wf_1', thread_id=thread.id, created_at=datetime.now(), workflow=Workflow({}))"
FORM = "Card(children=[Text(id='t', value='{}', streaming=True), Button(label='Go', onClickAction=GO)])"
WIDGET = "WidgetItem(id='w_1', thread_id=thread.id, created_at=datetime.now(), widget={})"
ON_ACTION = """
async def action(self, thread, action, sender, context):
{body}

async def sync_action(self, thread, action, sender, context):
    return SyncCustomActionResponse()
"""


def by_turn(first: str, then: str) -> str:
    """One answer to a message, another to what comes without one: a tool's result, a submission."""

    def indented(code: str) -> str:
        return "\n".join(f"    {line}" if line else line for line in code.strip("\n").split("\n"))

    return f"if input_user_message is not None:\n{indented(first)}\nelse:\n{indented(then)}"


def acting(body: str) -> str:
    return ON_ACTION.format(body="\n".join(f"    {line}" for line in body.strip("\n").split("\n")))


class Session(NamedTuple):
    """A server and what is asked of it."""

    respond: str
    steps: tuple[Step, ...] = (CREATE, READ, LIST)
    parts: dict[str, str] = {}  # noqa: RUF012


GO = "GO = ActionConfig(type='press')\n"
BEGIN_WORKFLOW = (
    f"item = {WORKFLOW.format('type=' + repr('custom') + ', tasks=[]')}\n"
    "yield ThreadItemAddedEvent(item=item)\n"
    f"task = {TASK.format('loading')}\n"
    "yield ThreadItemUpdatedEvent(item_id='wf_1', update=WorkflowTaskAdded(task_index=0, task=task))\n"
)
END_WORKFLOW = (
    f"task = {TASK.format('complete')}\n"
    "yield ThreadItemUpdatedEvent(item_id='wf_1', update=WorkflowTaskUpdated(task_index=0, task=task))\n"
    f"item = {WORKFLOW.format('type=' + repr('custom') + ', tasks=[task]')}\n{DONE}{SAYS}"
)
CHANGED = (
    f"yield ThreadItemUpdatedEvent(item_id='w_1', update=WidgetRootUpdated(widget={FORM.format('x')}))\n"
    f"yield ThreadItemReplacedEvent(item={WIDGET.format(FORM.format('x'))})"
)
GROWS = f"""
async def widget():
    for text in ("", "He", "Hello"):
        yield {FORM.replace("'{}'", "text")}

async for event in stream_widget(thread, widget(), generate_id=lambda kind: "w_1"):
    yield event
"""

SESSIONS = {
    "a message at once": Session(SAYS, (CREATE, ADD, READ, LIST, PAGE, THREADS, RENAME, READ, DELETE, READ)),
    "parts with sources, streamed": Session(STREAMED, (CREATE, ADD, READ, LIST)),
    "tags and a quotation": Session(SAYS, (WITH_TAG, READ, LIST)),
    "an attachment": Session(
        SAYS,
        (ATTACH, WITH_FILE, READ, ("attachments.delete", {"attachment_id": "atc_1"})),
        {
            "app": FILES.replace(
                HERE,
                "return FileAttachment(id=attachment_id, name=input.name, mime_type=input.mime_type, "
                "upload_descriptor=AttachmentUploadDescriptor(url=f'{base_url}/files/1', method='PUT', headers={}))",
            ),
            "store": "async def load_attachment(self, attachment_id, context):\n"
            "    return FileAttachment(id=attachment_id, name='a.txt', mime_type='text/plain')",
        },
    ),
    "a client tool": Session(by_turn(f"item = {CALL}\n{DONE}", SAYS), (CREATE, READ, OUTPUT, READ, LIST, ADD, OUTPUT)),
    "two client tools, one after the other": Session(
        f"if len((await self.store.load_thread_items(thread.id, None, 20, 'asc', context)).data) < 3:\n"
        f"    item = {CALL}\n    {DONE}else:\n    " + SAYS.strip().replace("\n", "\n    "),
        (CREATE, OUTPUT, OUTPUT, READ),
    ),
    "a tool's result that changes what is there": Session(
        by_turn(f"item = {WIDGET.format('Card(children=[])')}\n{DONE}item = {CALL}\n{DONE}", GO)
        + f"\n    yield ThreadItemReplacedEvent(item={WIDGET.format(FORM.format('Picked'))})",
        (CREATE, OUTPUT, READ),
    ),
    "a tool's result that moves the page": Session(
        by_turn(f"item = {CALL}\n{DONE}", "yield ClientEffectEvent(name='zoom', data={'to': 3})"), (CREATE, OUTPUT)
    ),
    "a workflow over two requests": Session(
        by_turn(f"{BEGIN_WORKFLOW}item = {CALL}\n{DONE}", END_WORKFLOW), (CREATE, OUTPUT, READ, LIST)
    ),
    "a workflow, then an answer": Session(BEGIN_WORKFLOW + END_WORKFLOW),
    "a widget that grows, and its buttons": Session(
        GO + GROWS,
        (CREATE, READ, action(), READ, action("threads.sync_custom_action")),
        {"server": acting(GO + f"yield ThreadItemReplacedEvent(item={WIDGET.format(FORM.format('Pressed'))})")},
    ),
    "a widget that an action goes on with": Session(
        GO + f"item = {WIDGET.format(FORM.format(''))}\nyield ThreadItemAddedEvent(item=item)\n{DONE}",
        (CREATE, action(), READ),
        {"server": acting(GO + CHANGED)},
    ),
    "an action that answers with a message": Session(
        GO + f"item = {WIDGET.format(FORM.format('Hi'))}\n{DONE}", (CREATE, action(), READ), {"server": acting(SAYS)}
    ),
    "an action with an effect only": Session(
        GO + f"item = {WIDGET.format(FORM.format('Hi'))}\n{DONE}",
        (CREATE, action()),
        {"server": acting("yield ClientEffectEvent(name='open', data={})")},
    ),
    "a thread that is locked": Session("thread.status = LockedStatus(reason='That is enough.')\nif False:\n    yield"),
    "a thread that is closed after its answer": Session(SAYS + "thread.status = ClosedStatus(reason='Solved.')"),
    "a title in the middle": Session("thread.title = 'A title'\n" + SAYS + "thread.title = 'Another'"),
    "hidden context": Session(
        f"item = HiddenContextItem({DATA}, content='a secret')\n{DONE}{SAYS}", (CREATE, ADD, READ, LIST)
    ),
    "a notice": Session("yield NoticeEvent(level='warning', message='Slow today.', title='Hm')\n" + SAYS),
    "a notice alone": Session("yield NoticeEvent(level='danger', message='Your trial is over.')"),
    "progress": Session("yield ProgressUpdateEvent(text='Looking…', icon='search')\n" + STREAMED),
    "a refusal in words": Session("raise CustomStreamError('Not today.', allow_retry=True)\nyield", (CREATE, READ)),
    "a refusal in the middle": Session(
        STREAMED.split("    source =")[0] + "    raise CustomStreamError('Not today.')", (CREATE, READ, LIST)
    ),
    "an image with previews": Session(
        f"item = GeneratedImageItem({DATA})\nyield ThreadItemAddedEvent(item=item)\n"
        "image = GeneratedImage(id='i', url='data:image/png;base64,iVBORw0KGgo=')\n"
        "yield ThreadItemUpdatedEvent(item_id=item.id, update=GeneratedImageUpdated(image=image, progress=0.5))\n"
        f"item.image = image\n{DONE}"
    ),
    "an image that stays at its preview": Session(
        f"item = GeneratedImageItem({DATA})\nyield ThreadItemAddedEvent(item=item)\n" + SAYS, (CREATE,)
    ),
    "an item that is taken back": Session(SAYS + "yield ThreadItemRemovedEvent(item_id=item.id)\n" + SAYS),
    "an item that is put right": Session(
        SAYS + "item = item.model_copy(update={'content': [AssistantMessageContent(text='Better')]})\n"
        "yield ThreadItemReplacedEvent(item=item)"
    ),
    "two messages open at once": Session(
        ITEM + "first = item\nyield ThreadItemAddedEvent(item=first.model_copy(update={'content': []}))\n" + ITEM
        + "yield ThreadItemAddedEvent(item=item.model_copy(update={'content': []}))\n"
        + DONE + "yield ThreadItemDoneEvent(item=first)"
    ),
    "the end of a turn is marked": Session(SAYS + f"item = EndOfTurnItem({DATA})\n{DONE}"),
    "feedback": Session(
        SAYS, (CREATE, ("items.feedback", {"thread_id": "THREAD", "item_ids": ["msg_1"], "kind": "positive"}))
    ),
    "a thread that is not there": Session(
        SAYS, (("threads.get_by_id", {"thread_id": "thr_0"}), (ADD[0], {**ADD[1], "thread_id": "thr_0"}))
    ),
    "a result that nobody waits for": Session(SAYS, (CREATE, OUTPUT)),
    "an unknown operation": Session(SAYS, (("threads.no_such_operation", {}),)),
    "times with a zone": Session(SAYS.replace("now()", "datetime.now(timezone.utc)")),
}  # fmt: skip


def alarms(answers: list[Examined]) -> list[tuple[str, str, str]]:
    return [
        (one.exchange.request.operation, finding.rule_id, finding.got)
        for one in answers
        for finding in one.findings
        if finding.level is not Level.NOTE
    ]


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
async def test_nothing_is_said_against_a_good_session(session: Session) -> None:
    answers = await said(Code(respond=session.respond, route=ROUTE, **session.parts), session.steps)
    assert [one.exchange.request.operation for one in answers] == [operation for operation, _ in session.steps]
    assert alarms(answers) == []
    report: Report = explained("session.har", answers)
    assert [(one.id, one.got) for one in report.by_status("could-not-run")] == []
    assert report.summary.errors == report.summary.warnings == 0
    assert not report.fine
    assert all(one.view.requests_sent == 1 for one in answers)


CHECKED: dict[str, Any] = {
    "messages": STREAMED,
    "hidden context": f"item = HiddenContextItem({DATA}, content='a secret')\n{DONE}{SAYS}",
    "a workflow": "name = f'wf_{uuid.uuid4().hex}'\n" + (BEGIN_WORKFLOW + END_WORKFLOW).replace("'wf_1'", "name"),
    "widgets": (GO + GROWS).replace('"w_1"', "f'w_{uuid.uuid4().hex}'") + SAYS,
    "times with a zone": SAYS.replace("now()", "datetime.now(timezone.utc)"),
}


BY_COOKIE = """
def user_of(request):
    return request.state.user

@app.middleware("http")
async def known_by_a_cookie(request, call_next):
    request.state.user = request.cookies.get("session") or uuid.uuid4().hex
    answer = await call_next(request)
    answer.set_cookie("session", request.state.user, httponly=True)
    return answer

"""
MIDDLEWARE = (
    "app = CORSMiddleware(app, allow_origins=['https://shop.example'], allow_methods=['*'], allow_headers=['*'])"
)


async def checked(respond: str, app: str = MIDDLEWARE) -> Report:
    """What a check says of the server, which gives its threads a title."""
    titled = respond + "\nif thread.title is None:\n    thread.title = 'Hello'"
    async with served(Code(respond=titled, route=ROUTE, app=app)) as url:
        return await check(Plan(Connection(url), origin="https://shop.example", timeout=5))


@pytest.mark.parametrize("respond", CHECKED.values(), ids=CHECKED)
async def test_a_check_finds_nothing_in_a_good_server(respond: str) -> None:
    report = await checked(respond)
    failed = [(one.id, one.got) for one in report.by_status("failed") if one.level is not Level.NOTE]
    assert failed == []
    assert report.by_status("could-not-run") == ()


async def test_nor_in_one_that_knows_its_users_by_a_cookie() -> None:
    report = await checked(
        STREAMED, BY_COOKIE + MIDDLEWARE.replace("allow_methods", "allow_credentials=True, allow_methods")
    )
    failed = [(one.id, one.level) for one in report.by_status("failed")]
    assert [one for one in failed if one[1] is not Level.NOTE] == []
    assert ("auth/cookie", Level.NOTE) in failed
    assert report.by_status("could-not-run") == ()
