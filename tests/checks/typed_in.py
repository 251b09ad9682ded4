"""For every rule whose fix is SDK code: a fault in a plain server, and the place in which the fix is typed."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

import jwt

from chat.checks import CATALOGUE
from tests.checks.sdk import Code
from tests.checks.streams import USER_INPUT

HERE = "@HERE@"
SITE = "https://your-site.example"
KEY = "a key of at least thirty-two bytes, for tests"
Step = tuple[str, dict[str, Any]]

CREATE: Step = ("threads.create", {"input": USER_INPUT})
ADD: Step = ("threads.add_user_message", {"input": USER_INPUT, "thread_id": "THREAD"})
READ: Step = ("threads.get_by_id", {"thread_id": "THREAD"})
OUTPUT: Step = ("threads.add_client_tool_output", {"thread_id": "THREAD", "result": {}})
GIVE_ANSWERS: Step = (
    "threads.add_structured_input",
    {
        "thread_id": "THREAD",
        "item_id": "ask_1",
        "input": {"status": "answered", "answers": {"q_1": {"values": ["Ada"], "skipped": False}}},
    },
)
CLICK: Step = (
    "threads.custom_action",
    {"thread_id": "THREAD", "item_id": "wid_1", "action": {"type": "plan.book", "payload": {}}},
)
RETRY: Step = ("threads.retry_after_item", {"thread_id": "THREAD", "item_id": "msg_nobody_knows"})
ATTACH: Step = ("attachments.create", {"name": "a.txt", "size": 1, "mime_type": "text/plain"})
CHECK: tuple[Step, ...] = ()
"""No steps of its own: the rule needs a check."""

ITEM = """
item = AssistantMessageItem(
    id=f"msg_{uuid.uuid4().hex}", thread_id=thread.id, created_at=now(), content=[AssistantMessageContent(text="Hello")]
)
"""
EMPTY = ITEM.replace('[AssistantMessageContent(text="Hello")]', "[]")
ADDED = "yield ThreadItemAddedEvent(item=item)\n"
DONE = "yield ThreadItemDoneEvent(item=item)\n"
PIECE = """
yield ThreadItemUpdatedEvent(
    item_id=item.id, update=AssistantMessageContentPartTextDelta(content_index=0, delta=piece)
)
"""
STREAMED = EMPTY + ADDED + 'piece, text = "Hello there", ""\n' + PIECE
THREAD = 'thread = Thread(id="thr_own", created_at=now(), items=Page())\n'
CREATED = "yield ThreadCreatedEvent(thread=thread)\n"
QUESTION = """
yield ThreadItemDoneEvent(item=UserMessageItem(
    id=f"msg_{uuid.uuid4().hex}", thread_id=thread.id, created_at=now(),
    content=request.params.input.content, inference_options=request.params.input.inference_options,
))
"""
BEGUN = THREAD + CREATED + QUESTION
NOTHING = "if False:\n    yield\n"
AGENT = """
agent_context = agent = input_items = None

def result(_):
    item = AssistantMessageItem(id="NAME", thread_id=thread.id, created_at=now(), content=[])
    piece = "Hello"
    yield ThreadItemAddedEvent(item=item)
    yield ThreadItemUpdatedEvent(
        item_id=item.id, update=AssistantMessageContentPartTextDelta(content_index=0, delta=piece)
    )
    said = item.model_copy(update={"content": [AssistantMessageContent(text=piece)]})
    yield ThreadItemDoneEvent(item=said)
"""
PASS_ON = "async for event in stream_agent_response(agent_context, result):\n    yield event\n"
FOREIGN = """
class Foreign(BaseModel):
    type: str = "NAME"
    delta: str = "Hello"

yield Foreign()
"""
PROCESS = "result = await server.process(await request.body(), context)\n"
STREAM = 'return StreamingResponse(result, media_type="text/event-stream")\n'
JSON = 'return Response(result.json, media_type="application/json")\n'
ANSWER = f"if isinstance(result, StreamingResult):\n    {STREAM}{JSON}"
JSON_FIRST = f"if not isinstance(result, StreamingResult):\n    {JSON}"
FRAMED = f"""
asked = TypeAdapter(ChatKitReq).validate_json(await request.body())

async def framed():
    number = 0
    async for event in events(asked, store, context):
        {HERE}
        number += 1

return StreamingResponse(framed(), media_type="text/event-stream")
"""
ITEMS_ONLY = f"""item = getattr(event, "item", None)
        if item is None:
            yield f"data: {{event.model_dump_json(exclude_none=True)}}\\n\\n"
            continue
        {HERE}"""
TIMED = f"milliseconds = 1000 * now().timestamp()\n{HERE}\n{ITEM}item.created_at = created_at\n{DONE}"
ROUTE = '@app.post("/chatkit")\nasync def chatkit(request: Request):\n'
SPEAKS = BEGUN + ITEM + DONE
MIDDLEWARE = """
app.add_middleware(
    CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
)
"""
VERIFIED = f"""
def verified(header):
    try:
        return jwt.decode(header.removeprefix("Bearer "), "{KEY}", algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        return None

{HERE}
"""
CLAIMS = f"""
def user_of(request):
    token, key = request.headers.get("authorization", "").removeprefix("Bearer "), "{KEY}"
    try:
        {HERE}
    except jwt.PyJWTError:
        raise HTTPException(401, "Please sign in.")
    return claims["sub"]
"""
AS_USER = "context = SimpleNamespace(user_id=user)\n" + PROCESS + ANSWER
FILES = f"""
class Files(AttachmentStore):
    async def delete_attachment(self, attachment_id, context):
        pass

    async def create_attachment(self, input, context):
        attachment_id, base_url = "atc_1", "http://127.0.0.1"
        {HERE}

server.attachment_store = Files()
"""
WIDGETS = f"""
async def widget():
    text = ""
    for piece in ("Hello ", "there"):
        {HERE}

async for event in stream_widget(thread, widget()):
    yield event
"""
SHOWN = "yield Card(children=[part])"
CALL = """ThreadItemDoneEvent(item=ClientToolCallItem(
            id="call_1", thread_id=thread.id, created_at=now(), call_id="call_1", name="pick", arguments={}
        ))"""
ASKED = """ThreadItemDoneEvent(item=StructuredInputItem(
            id="ask_1", thread_id=thread.id, created_at=now(),
            inputs=[StructuredInputFreeform(id="q_1", question="Who?")],
        ))"""
AFTER_TOOL = f"""
{HERE}

answer = respond

async def respond(self, thread, input_user_message, context):
    if input_user_message is None:
        globals()["thread"] = thread
        async for event in self.answer(thread, input_user_message, context):
            yield event
    else:
        yield {CALL}
"""
BUTTON = """
WidgetItem(id="wid_1", thread_id=thread.id, created_at=now(), widget=Card(
    children=[Button(label="Book", onClickAction=ActionConfig(type="plan.book"))]
))
"""
CLICKED = f"""
async def respond(self, thread, input_user_message, context):
    yield ThreadItemDoneEvent(item={BUTTON.strip().replace(chr(10), chr(10) + "    ")})

{HERE}
"""
ACTION = "async def action(self, thread, action, sender, context):\n"
BOOKED = "widget = Card(children=[Text(value='Your table is booked.')])"
NEW_WIDGET = """yield ThreadItemDoneEvent(
    item=WidgetItem(id="wid_2", thread_id=thread.id, created_at=now(), widget=widget)
)"""
RESPOND = "async def respond(self, thread, input_user_message, context):\n"


SLOW = f"""
{EMPTY}{ADDED}
for number in range(60):
    await asyncio.sleep(0.02)
    piece = f"{{number}} "
    {PIECE.strip().replace(chr(10), chr(10) + "    ")}
    item.content = [AssistantMessageContent(text="".join(f"{{n}} " for n in range(number + 1)))]
{DONE}"""
KEPT_BY_HAND = f"""
if request.type == "threads.create":
    thread = Thread(id=store.generate_thread_id(context), created_at=now(), items=Page())
    await store.save_thread(ThreadMetadata(**thread.model_dump(exclude={{"items"}})), context)
    {CREATED}
else:
    thread = await store.load_thread(request.params.thread_id, context)
item_id = f"msg_{{uuid.uuid4().hex}}"
{HERE}
await store.add_thread_item(thread.id, item, context)
{DONE}{ITEM}
await store.add_thread_item(thread.id, item, context)
{DONE}"""


def token(name: str) -> tuple[tuple[str, str], ...]:
    signed = jwt.encode({"sub": name}, KEY, algorithm="HS256")
    return (("Authorization", f"Bearer {signed}"),)


def _in(code: str, depth: int = 1) -> str:
    return textwrap.indent(code.strip("\n"), "    " * depth) + "\n"


@dataclass(frozen=True)
class Typed:
    """A rule, and where in a plain server its fault stands."""

    rule_id: str
    place: str
    """The part of `Code` in which it stands."""
    fault: str
    around: str = HERE
    """That part: fault or fix stand in place of `HERE`."""
    steps: tuple[Step, ...] = (CREATE,)
    fill: str = ""
    """What one types where the fix says `...`."""
    headers: tuple[tuple[str, str], ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)
    """What a check is given."""
    more: dict[str, str] = field(default_factory=dict)
    """The other parts."""

    def code(self, typed: str) -> Code:
        """The server with this in place of the fault."""
        lines: list[str] = []
        for line in self.around.split("\n"):
            margin = line[: len(line) - len(line.lstrip())]
            lines += [margin + one if one else "" for one in typed.split("\n")] if line.strip() == HERE else [line]
        return Code(**{**self.more, self.place: "\n".join(lines)})

    @property
    def fix(self) -> str:
        """The rule's own fix, with what it leaves to whoever types it."""
        lines: list[str] = []
        for line in CATALOGUE[self.rule_id].fix.split("\n"):
            margin = line[: len(line) - len(line.lstrip())]
            filled = self.fill.strip("\n").split("\n") if self.fill and line.strip() == "..." else []
            lines += [margin + one for one in filled] or [line]
        return "\n".join(lines)


def _store(rule_id: str, fault: str, **more: Any) -> Typed:
    return Typed(rule_id, "store", textwrap.dedent(fault), steps=more.pop("steps", CHECK), **more)


def _foreign(rule_id: str, name: str, around: str = "") -> Typed:
    before = BEGUN + EMPTY + 'piece = "Hello"\n'
    return Typed(rule_id, "events", FOREIGN.replace("NAME", name), around or f"{before}{HERE}")


def _framed(rule_id: str, fault: str, **more: Any) -> Typed:
    return Typed(rule_id, "route", fault, FRAMED, more={"events": SPEAKS}, **more)


TYPED: tuple[Typed, ...] = (
    # How a backend fails and refuses
    Typed("errors/unknown-thread", "route", PROCESS + ANSWER, steps=CHECK),
    Typed("errors/bad-request", "route", PROCESS, f"{HERE}\n{ANSWER}", steps=CHECK),
    Typed("errors/unsupported", "route", PROCESS, f"{HERE}\n{ANSWER}", steps=CHECK),
    Typed("tools/dangling-call", "route", STREAM, f"{PROCESS}{JSON_FIRST}{HERE}", steps=CHECK),
    Typed(
        "lifecycle/ended-in-error",
        "respond",
        'raise LookupError("no index")',
        f"{HERE}\n{NOTHING}",
        fill='raise LookupError("no index")',
    ),
    Typed("endpoint/not-chatkit", "decorator", "", f"context = SimpleNamespace(user_id='anybody')\n\n{HERE}"),
    # The transport
    Typed("transport/status", "route", 'return JSONResponse({"detail": "no"}, status_code=401)'),
    Typed("transport/retried", "route", 'return JSONResponse({"detail": "no"}, status_code=500)', PROCESS + HERE),
    Typed(
        "transport/ndjson",
        "route",
        'return StreamingResponse((e.model_dump_json() + "\\n" async for e in events), media_type="text/event-stream")',
        "asked = TypeAdapter(ChatKitReq).validate_json(await request.body())\n"
        f"events = spoken(asked, store, context)\n{HERE}",
        more={"events": SPEAKS, "app": "spoken = events"},
    ),
    Typed(
        "transport/json-body",
        "route",
        "async def one():\n    yield b'data: ' + result.json + b'\\n\\n'\n\n"
        "return StreamingResponse(one(), media_type='text/event-stream')",
        f"{PROCESS}if isinstance(result, StreamingResult):\n    {STREAM}{HERE}",
        steps=(CREATE, READ),
    ),
    Typed(
        "transport/no-message",
        "route",
        'return JSONResponse({"detail": "no"}, status_code=404)',
        steps=(("threads.get_by_id", {"thread_id": "thr_1"}),),
    ),
    Typed("transport/empty-stream", "route", STREAM, f"{PROCESS}{JSON_FIRST}{HERE}", steps=(CREATE, RETRY)),
    _framed("framing/unterminated", 'yield ("\\n\\n" if number else "") + f"data: {event.model_dump_json()}"'),
    _framed("framing/not-json", 'yield f"data: {event}\\n\\n"'),
    _framed(
        "framing/not-utf8",
        "yield f\"data: {event.model_dump_json().replace('Hello', 'Höllo')}\\n\\n\".encode('latin-1')",
    ),
    _framed(
        "framing/type-in-event-line",
        "bare = event.model_dump_json(exclude={'type'})\nyield f\"event: {event.type}\\ndata: {bare}\\n\\n\"",
    ),
    # The vocabulary
    _foreign(
        "vocabulary/responses-api",
        "response.output_text.delta",
        BEGUN
        + AGENT.replace("NAME", "msg_1")
        + "made = result\nRunner = SimpleNamespace(run_streamed=lambda *_, **__: made)\ndel result\n"
        + HERE,
    ),
    _foreign("vocabulary/assistants-api", "thread.message.delta"),
    _foreign("vocabulary/conversations-api", "conversation.item.created"),
    Typed(
        "vocabulary/chat-completions",
        "events",
        "class Chunk(BaseModel):\n    choices: list = [{'delta': {'content': 'Hello'}}]\n\nyield Chunk()",
        f"{BEGUN}{EMPTY}piece = 'Hello'\n{HERE}",
    ),
    _foreign("vocabulary/ad-hoc", "token"),
    _foreign("vocabulary/capability-name", "thread.item.assistant_message", f"{BEGUN}{ITEM}{HERE}"),
    _foreign(
        "vocabulary/bare-item",
        "assistant_message.content_part.text_delta",
        f"{BEGUN}{EMPTY}{ADDED}update = AssistantMessageContentPartTextDelta(content_index=0, delta='Hello')\n"
        f"item = item.model_copy(update={{'content': [AssistantMessageContent(text='Hello')]}})\n{HERE}",
    ),
    # The fields
    Typed(
        "schema/invalid",
        "route",
        'yield "data: " + json.dumps({"type": "thread.item.done", "item": {"id": "msg_1"}}) + "\\n\\n"\n',
        FRAMED.replace(HERE, ITEMS_ONLY),
        more={"events": SPEAKS},
    ),
    Typed(
        "schema/breaks-turn",
        "events",
        'item.content = [AssistantMessageContent.model_construct(type="output_text", text=None, annotations=[])]\n'
        + DONE,
        f"{BEGUN}{EMPTY}text = None\n{HERE}",
    ),
    _framed(
        "schema/unknown-field",
        'yield "data: " + json.dumps(event.model_dump(mode="json", exclude_none=True) | {"more": 1}) + "\\n\\n"',
    ),
    Typed(
        "schema/response",
        "route",
        'return JSONResponse({"threads": []})',
        f"{PROCESS}if isinstance(result, StreamingResult):\n    {STREAM}{HERE}",
        steps=(CREATE, ("threads.list", {"limit": 20})),
    ),
    Typed(
        "input/tags-lost",
        "events",
        QUESTION.replace("yield ThreadItemDoneEvent(item=", "item = (").replace(
            "request.params.input.content,",
            "[part for part in request.params.input.content if part.type == 'input_text'],",
        ),
        KEPT_BY_HAND,
        steps=CHECK,
    ),
    # The life of items
    Typed("lifecycle/no-thread-created", "events", THREAD, f"{HERE}\n{QUESTION}{ITEM}{DONE}"),
    Typed(
        "lifecycle/thread-created-again",
        "events",
        THREAD.replace("thr_own", "thr_again") + CREATED,
        f"if request.type == 'threads.create':\n{_in(THREAD + CREATED)}"
        "    await store.save_thread(ThreadMetadata(**thread.model_dump(exclude={'items'})), context)\n"
        f"else:\n    {HERE}\n{QUESTION}{ITEM}{DONE}",
        steps=(CREATE, ADD),
    ),
    Typed("lifecycle/user-message-missing", "events", "", f"{THREAD}{CREATED}{HERE}\n{ITEM}{DONE}"),
    Typed("lifecycle/no-stream-options", "events", "", f"{BEGUN}{HERE}\n{ITEM}{DONE}"),
    Typed("lifecycle/never-done", "respond", "", f"{ITEM}{ADDED}{HERE}"),
    Typed(
        "lifecycle/unknown-item",
        "respond",
        "",
        f"{EMPTY}piece = 'Hello'\n{HERE}\n{PIECE}item.content = [AssistantMessageContent(text=piece)]\n{DONE}",
    ),
    Typed(
        "lifecycle/done-differs",
        "respond",
        DONE,
        f"{ITEM}{DONE}item = item.model_copy(update={{'content': [AssistantMessageContent(text='Goodbye')]}})\n{HERE}",
    ),
    Typed(
        "lifecycle/late-annotations",
        "respond",
        "pass",
        f"annotation = Annotation(source=URLSource(url='https://example.com/', title='One'), index=5)\n"
        f"{STREAMED.replace('Hello there', 'Hello')}{HERE}\n"
        "said = AssistantMessageContent(text='Hello', annotations=[annotation])\n"
        "yield ThreadItemDoneEvent(item=item.model_copy(update={'content': [said]}))",
    ),
    Typed("lifecycle/after-done", "respond", "piece = ' there'\n" + PIECE, f"{ITEM}{DONE}{HERE}"),
    Typed(
        "lifecycle/delta-mismatch",
        "respond",
        f"item.content = [AssistantMessageContent(text='Goodbye')]\n{DONE}",
        STREAMED + HERE,
    ),
    Typed("lifecycle/no-response", "respond", NOTHING, f"{AGENT.replace('NAME', 'msg_1')}\n{HERE}"),
    Typed(
        "lifecycle/events-after-error",
        "respond",
        'yield ErrorEvent(message="No.", allow_retry=True)',
        f"{HERE}\n{ITEM}{DONE}",
    ),
    Typed("lifecycle/error-unseen", "respond", "yield ErrorEvent(allow_retry=True)"),
    Typed(
        "lifecycle/task-unfinished",
        "respond",
        DONE,
        "tasks = [CustomTask(title='Look', status_indicator='loading')]\n"
        "item = WorkflowItem(id='wf_1', thread_id=thread.id, created_at=now(),\n"
        f"    workflow=Workflow(type='custom', tasks=tasks))\n{HERE}",
    ),
    Typed(
        "lifecycle/repeated-text",
        "respond",
        "",
        f"{EMPTY}{ADDED}piece = sent = 'Hello there'\n{PIECE}text = 'Hello there, Ada'\n{HERE}\npiece = text\n{PIECE}"
        f"item.content = [AssistantMessageContent(text=sent + text)]\n{DONE}",
    ),
    Typed(
        "lifecycle/hidden-leaked",
        "respond",
        "yield ThreadItemAddedEvent(item=hidden_item)",
        "hidden_item = HiddenContextItem(id='h_1', thread_id=thread.id, created_at=now(), content='a secret')\n"
        f"{HERE}\n{ITEM}{DONE}",
    ),
    # Ids
    Typed("identity/placeholder-id", "respond", PASS_ON, f"{AGENT.replace('NAME', '__fake_id__')}\n{HERE}"),
    Typed(
        "identity/reused-id",
        "respond",
        'item_id = "msg_answer"',
        f"{HERE}\n{ITEM}item.id = item_id\n{DONE}",
        steps=(CREATE, ADD),
    ),
    Typed("identity/wrong-thread", "respond", 'item.thread_id = "thr_other"', f"{ITEM}{HERE}\n{DONE}"),
    Typed("identity/done-twice", "server", RESPOND + _in(ITEM + DONE + DONE), fill=ITEM),
    Typed(
        "identity/stored-twice",
        "server",
        RESPOND + _in(f"{ITEM}await self.store.add_thread_item(thread.id, item, context)\n{DONE}"),
        steps=(CREATE, READ),
        fill=ITEM,
    ),
    # The store
    _store(
        "persistence/not-stored",
        """
        async def add_thread_item(self, thread_id, item, context):
            if item.type == "user_message":
                await super().add_thread_item(thread_id, item, context)
        """,
    ),
    _store(
        "persistence/differs",
        """
        async def add_thread_item(self, thread_id, item, context):
            if item.type == "assistant_message":
                item = item.model_copy(update={"content": [AssistantMessageContent(text="Hel")]})
            await super().add_thread_item(thread_id, item, context)
        """,
    ),
    _store(
        "persistence/id-changes",
        """
        async def add_thread_item(self, thread_id, item, context):
            item = item.model_copy(update={"id": f"row_{uuid.uuid4().hex}"})
            await super().add_thread_item(thread_id, item, context)
        """,
        steps=(CREATE, READ),
    ),
    _store(
        "persistence/not-listed",
        """
        async def load_threads(self, limit, after, order, context):
            return Page(data=[], has_more=False)
        """,
    ),
    _store(
        "persistence/retry-leaves-items",
        """
        async def delete_thread_item(self, thread_id, item_id, context):
            pass
        """,
    ),
    _store(
        "persistence/delete-leaves-thread",
        """
        async def delete_thread(self, thread_id, context):
            pass
        """,
    ),
    _store(
        "persistence/rename-lost",
        """
        async def save_thread(self, thread, context):
            await db.execute(
                "INSERT OR IGNORE INTO threads (id, user_id, json) VALUES (?, ?, ?)",
                (thread.id, context.user_id, thread.model_dump_json(exclude={"items"})),
            )
        """,
    ),
    Typed("persistence/partial-lost", "server", "", steps=CHECK, more={"respond": SLOW}),
    _store(
        "paging/limit",
        """
        async def load_thread_items(self, thread_id, after, limit, order, context):
            return await super().load_thread_items(thread_id, after, 1000, order, context)
        """,
    ),
    _store(
        "paging/order",
        """
        async def load_thread_items(self, thread_id, after, limit, order, context):
            return await super().load_thread_items(thread_id, after, limit, "asc", context)
        """,
    ),
    _store(
        "paging/cursor",
        """
        async def load_thread_items(self, thread_id, after, limit, order, context):
            return await super().load_thread_items(thread_id, None, limit, order, context)
        """,
    ),
    # Credentials and other origins
    Typed(
        "auth/open",
        "decorator",
        ROUTE + _in("user = 'anybody'\n" + AS_USER),
        VERIFIED,
        steps=CHECK,
        fill=AS_USER,
        headers=token("ada"),
    ),
    Typed(
        "auth/garbage-accepted",
        "app",
        'claims = jwt.decode(token, options={"verify_signature": False})',
        CLAIMS,
        steps=CHECK,
        headers=token("ada"),
    ),
    Typed(
        "auth/cross-user",
        "store",
        "",
        steps=CHECK,
        fill="return await PlainStore.load_thread_items(self, thread_id, after, limit, order, context)",
        headers=token("ada"),
        plan={"second_headers": token("bob")},
        more={"app": CLAIMS.replace(HERE, 'claims = jwt.decode(token, key, algorithms=["HS256"])')},
    ),
    Typed("cors/preflight", "app", "", steps=CHECK, plan={"origin": SITE}),
    Typed(
        "cors/response",
        "app",
        '@app.options("/chatkit")\ndef leave():\n    return Response(headers={\n'
        f'        "Access-Control-Allow-Origin": "{SITE}",\n'
        '        "Access-Control-Allow-Headers": "content-type, chatkit-frame-instance-id"})',
        steps=CHECK,
        plan={"origin": SITE},
    ),
    Typed("cors/wildcard-credentials", "app", MIDDLEWARE, steps=CHECK, plan={"origin": SITE}),
    # Tools, widgets, files, titles
    Typed(
        "tools/output-unanswered",
        "server",
        RESPOND + _in(NOTHING),
        AFTER_TOOL,
        steps=(CREATE, OUTPUT),
        more={"app": AGENT.replace("NAME", "msg_1")},
    ),
    Typed(
        "tools/completed-call",
        "respond",
        "yield ThreadItemDoneEvent(item=call)",
        "call = ClientToolCallItem(id='call_1', thread_id=thread.id, created_at=now(), call_id='call_1', name='pick',\n"
        f"    arguments={{}}, status='completed', output={{}})\n{HERE}\n{ITEM}{DONE}",
    ),
    Typed(
        "input/answers-unanswered",
        "server",
        RESPOND + _in(NOTHING),
        AFTER_TOOL.replace(CALL, ASKED),
        steps=(CREATE, GIVE_ANSWERS),
        more={"app": AGENT.replace("NAME", "msg_1")},
    ),
    Typed("widgets/action-unanswered", "server", ACTION + _in(NOTHING), CLICKED, steps=(CREATE, CLICK), fill="pass"),
    Typed(
        "widgets/not-replaced",
        "server",
        NEW_WIDGET,
        CLICKED.replace(HERE, ACTION + _in(f"{BOOKED}\n{HERE}")),
        steps=(CREATE, CLICK),
    ),
    Typed(
        "widgets/no-delta",
        "respond",
        "Text(value=text)",
        WIDGETS.replace(
            HERE, f"text += piece\n        part = (\n            {HERE}\n        )\n        yield Card(children=[part])"
        ),
    ),
    Typed(
        "widgets/breaks-turn",
        "respond",
        'yield ThreadItemDoneEvent(item=WidgetItem.model_construct(type="widget", widget=DynamicWidgetRoot('
        '**{"type": "Card", "children": [{"type": "Markdown", "value": 42}]}), **fields))',
        f"value = 42\nfields = dict(id='w_1', thread_id=thread.id, created_at=now())\n{HERE}",
    ),
    Typed(
        "widgets/invalid",
        "respond",
        'DynamicWidgetRoot(**{"type": "Card", "children": [{"type": "Badge", "label": 1}]})',
        f"widget = (\n    {HERE}\n)\n"
        "yield ThreadItemDoneEvent(item=WidgetItem(id='w_1', thread_id=thread.id, created_at=now(), widget=widget))",
    ),
    Typed(
        "widgets/image-unseen",
        "respond",
        'Image(src="http://127.0.0.1/plan.png", alt="The plan")',
        f"part = (\n    {HERE}\n)\nwidget = Card(children=[part])\n"
        "yield ThreadItemDoneEvent(item=WidgetItem(id='w_1', thread_id=thread.id, created_at=now(), widget=widget))",
    ),
    Typed(
        "widgets/unknown-component",
        "respond",
        'DynamicWidgetRoot(**{"type": "Card", "children": [{"type": "Carousel"}]})',
        f"widget = (\n    {HERE}\n)\n"
        "yield ThreadItemDoneEvent(item=WidgetItem(id='w_1', thread_id=thread.id, created_at=now(), widget=widget))",
    ),
    Typed(
        "uploads/descriptor",
        "app",
        "return FileAttachment(id=attachment_id, name=input.name, mime_type=input.mime_type)",
        FILES,
        steps=(ATTACH,),
    ),
    Typed(
        "time/naive",
        "events",
        "created_at = datetime.now()",
        f"{HERE}\n{(BEGUN + ITEM).replace('now()', 'created_at')}{DONE}",
    ),
    Typed("time/skew", "respond", "created_at = datetime(2020, 1, 1)", TIMED),
    Typed("title/never-set", "respond", "", f"{ITEM}{DONE}{HERE}", steps=CHECK),
)
