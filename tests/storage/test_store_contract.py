"""What the ChatKit SDK expects of a `Store`, as tests that any store can be put under: add its factory to `STORES`.

A factory is called with an empty folder, or with the one that an earlier store of the same test used, and returns an
open store and what closes it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from chatkit.store import NotFoundError, Store
from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageItem,
    ClientToolCallItem,
    CustomSummary,
    CustomTask,
    EndOfTurnItem,
    FileAttachment,
    GeneratedImage,
    GeneratedImageItem,
    HiddenContextItem,
    ImageAttachment,
    InferenceOptions,
    LockedStatus,
    Page,
    SDKHiddenContextItem,
    SearchTask,
    StructuredInputFreeform,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    TaskItem,
    Thread,
    ThreadItem,
    ThreadMetadata,
    URLSource,
    UserMessageItem,
    UserMessageTagContent,
    UserMessageTextContent,
    WidgetItem,
    Workflow,
    WorkflowItem,
)
from chatkit.widgets import Button, Card, Text

from storage import AttachmentFiles, SQLStore, open_database
from tests.postgres import empty_database


@dataclass(frozen=True)
class User:
    user_id: str


ANN, BOB = User("ann"), User("bob")
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456)

Factory = Callable[[Path], tuple[Store[Any], Callable[[], Awaitable[None]]]]


def sqlite_store(folder: Path) -> tuple[Store[Any], Callable[[], Awaitable[None]]]:
    database = open_database(folder / "workbench.db")
    return SQLStore(database, AttachmentFiles(folder / "attachments")), database.aclose


_DATABASES: dict[Path, str] = {}
"""Of each test's folder, the database: an earlier store's of the same test is opened again."""


def postgres_store(folder: Path) -> tuple[Store[Any], Callable[[], Awaitable[None]]]:
    url = _DATABASES.get(folder) or empty_database()
    _DATABASES[folder] = url
    from storage.postgres import open_postgres
    from storage.postgres_contents import PostgresContents

    database = open_postgres(url)
    return SQLStore(database, PostgresContents(database)), database.aclose


STORES = [pytest.param(sqlite_store, id="sqlite"), pytest.param(postgres_store, id="postgres")]


@pytest.fixture(params=STORES)
def factory(request: pytest.FixtureRequest) -> Factory:
    made: Factory = request.param
    return made


@pytest.fixture
async def store(factory: Factory, tmp_path: Path) -> AsyncIterator[Store[Any]]:
    store, close = factory(tmp_path)
    yield store
    await close()


def a_thread(thread_id: str = "thr_1", **fields: Any) -> ThreadMetadata:
    return ThreadMetadata(id=thread_id, created_at=NOW, **fields)


def an_answer(item_id: str, text: str = "Hello", thread_id: str = "thr_1", **fields: Any) -> AssistantMessageItem:
    content = [AssistantMessageContent(text=text)]
    return AssistantMessageItem(id=item_id, thread_id=thread_id, created_at=NOW, content=content, **fields)


def text_of(item: ThreadItem) -> str:
    assert isinstance(item, AssistantMessageItem)
    return item.content[0].text


async def a_thread_of(store: Store[Any], count: int, thread_id: str = "thr_1", user: User = ANN) -> list[str]:
    """A stored thread of `count` items; their ids in order."""
    await store.save_thread(a_thread(thread_id), user)
    ids = [f"{thread_id}_msg_{n}" for n in range(count)]
    for item_id in ids:
        await store.add_thread_item(thread_id, an_answer(item_id, item_id, thread_id), user)
    return ids


async def walk(load: Callable[[str | None], Awaitable[Page[Any]]]) -> tuple[list[str], list[int]]:
    """All pages from the first to the last: the ids in order, and each page's size."""
    ids: list[str] = []
    sizes: list[int] = []
    after: str | None = None
    while True:
        page = await load(after)
        ids += [element.id for element in page.data]
        sizes.append(len(page.data))
        assert page.has_more == (page.after is not None)
        if not page.has_more:
            return ids, sizes
        assert page.after != after, "the cursor stands still"
        after = page.after


EVERY_TYPE: list[ThreadItem] = [
    UserMessageItem(
        id="user",
        thread_id="thr_1",
        created_at=NOW,
        content=[
            UserMessageTextContent(text='Grüße \N{GRINNING FACE}\n\0"<b>'),
            UserMessageTagContent(id="t", text="@ann", data={"nested": {"a": [1, None, 2.5]}}, group="people"),
        ],
        attachments=[FileAttachment(id="atc_1", name="a.txt", mime_type="text/plain", metadata={"kept": True})],
        quoted_text="quoted",
        inference_options=InferenceOptions(model="gpt"),
    ),
    AssistantMessageItem(
        id="assistant",
        thread_id="thr_1",
        created_at=NOW,
        content=[
            AssistantMessageContent(
                text="See [1].",
                annotations=[Annotation(source=URLSource(title="Docs", url="https://example.org"), index=4)],
            )
        ],
    ),
    ClientToolCallItem(
        id="call", thread_id="thr_1", created_at=NOW, call_id="c", name="f", arguments={"x": [1]}, output={"y": None}
    ),
    WidgetItem(
        id="widget",
        thread_id="thr_1",
        created_at=NOW,
        widget=Card(children=[Text(id="t", value="hi"), Button(label="Go")]),
        copy_text="hi",
    ),
    GeneratedImageItem(
        id="image", thread_id="thr_1", created_at=NOW, image=GeneratedImage(id="img", url="https://example.org/i.png")
    ),
    GeneratedImageItem(id="image-pending", thread_id="thr_1", created_at=NOW),
    StructuredInputItem(
        id="question",
        thread_id="thr_1",
        created_at=NOW,
        inputs=[
            StructuredInputMultipleChoice(
                id="q1", question="Which?", options=[StructuredInputMultipleChoiceOption(value="a")], multiple=True
            ),
            StructuredInputFreeform(id="q2", question="Why?"),
        ],
    ),
    WorkflowItem(
        id="workflow",
        thread_id="thr_1",
        created_at=NOW,
        workflow=Workflow(
            type="reasoning",
            tasks=[CustomTask(title="one", status_indicator="complete"), SearchTask(queries=["x"])],
            summary=CustomSummary(title="Done"),
        ),
    ),
    TaskItem(id="task", thread_id="thr_1", created_at=NOW, task=CustomTask(title="t")),
    HiddenContextItem(id="hidden", thread_id="thr_1", created_at=NOW, content={"any": ["thing"]}),
    SDKHiddenContextItem(id="sdk-hidden", thread_id="thr_1", created_at=NOW, content="cancelled"),
    EndOfTurnItem(id="end", thread_id="thr_1", created_at=NOW),
]


class TestThreads:
    async def test_a_saved_thread_loads_with_every_field(self, store: Store[Any]) -> None:
        thread = a_thread(
            title="Tïtle",
            status=LockedStatus(reason="done"),
            allowed_image_domains=["example.org"],
            metadata={"a": {"b": [1]}},
        )
        await store.save_thread(thread, ANN)
        assert await store.load_thread("thr_1", ANN) == thread

    async def test_saving_again_changes_it_and_a_cleared_title_is_cleared(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(title="Old"), ANN)
        await store.save_thread(a_thread(title=None), ANN)
        assert (await store.load_thread("thr_1", ANN)).title is None

    async def test_of_a_thread_with_items_only_the_metadata_is_saved(self, store: Store[Any]) -> None:
        whole = Thread(id="thr_1", created_at=NOW, title="T", items=Page(data=[an_answer("msg_1")]))
        await store.save_thread(whole, ANN)
        loaded = await store.load_thread("thr_1", ANN)
        assert not isinstance(loaded, Thread)
        # This is how the SDK answers threads.get_by_id; with items in the metadata it fails.
        assert Thread(**loaded.model_dump(), items=Page()).title == "T"
        assert (await store.load_thread_items("thr_1", None, 10, "asc", ANN)).data == []

    async def test_what_is_loaded_is_the_callers_own_copy(self, store: Store[Any]) -> None:
        thread = a_thread(metadata={"n": 1})
        await store.save_thread(thread, ANN)
        thread.metadata["n"] = 2
        (await store.load_thread("thr_1", ANN)).metadata["n"] = 3
        assert (await store.load_thread("thr_1", ANN)).metadata == {"n": 1}

    async def test_an_unknown_thread_is_not_found(self, store: Store[Any]) -> None:
        with pytest.raises(NotFoundError):
            await store.load_thread("thr_nope", ANN)
        with pytest.raises(NotFoundError):
            await store.delete_thread("thr_nope", ANN)

    async def test_a_deleted_thread_and_its_items_are_gone(self, store: Store[Any]) -> None:
        await a_thread_of(store, 3)
        await store.delete_thread("thr_1", ANN)
        with pytest.raises(NotFoundError):
            await store.load_thread("thr_1", ANN)
        with pytest.raises(NotFoundError):
            await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        with pytest.raises(NotFoundError):
            await store.load_item("thr_1", "thr_1_msg_0", ANN)
        assert (await store.load_threads(10, None, "desc", ANN)).data == []

    async def test_deleting_one_thread_leaves_the_others(self, store: Store[Any]) -> None:
        await a_thread_of(store, 2, "thr_1")
        kept = await a_thread_of(store, 2, "thr_2")
        await store.delete_thread("thr_1", ANN)
        page = await store.load_thread_items("thr_2", None, 10, "asc", ANN)
        assert [item.id for item in page.data] == kept


class TestListOfThreads:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
    async def test_pages_hold_each_thread_once_in_order_of_creation(
        self, store: Store[Any], order: str, limit: int
    ) -> None:
        ids = [f"thr_{n}" for n in range(7)]
        for n, thread_id in enumerate(ids):
            # Clocks go backwards: the order must not be theirs.
            await store.save_thread(ThreadMetadata(id=thread_id, created_at=NOW - timedelta(hours=n)), ANN)
        found, sizes = await walk(lambda after: store.load_threads(limit, after, order, ANN))
        assert found == (ids if order == "asc" else ids[::-1])
        assert all(size == limit for size in sizes[:-1])
        assert 1 <= sizes[-1] <= limit

    async def test_saving_a_thread_again_does_not_move_it(self, store: Store[Any]) -> None:
        for n in range(3):
            await store.save_thread(a_thread(f"thr_{n}"), ANN)
        await store.save_thread(a_thread("thr_0", title="Renamed"), ANN)
        page = await store.load_threads(10, None, "desc", ANN)
        assert [(thread.id, thread.title) for thread in page.data] == [
            ("thr_2", None),
            ("thr_1", None),
            ("thr_0", "Renamed"),
        ]

    async def test_without_threads_there_is_one_empty_last_page(self, store: Store[Any]) -> None:
        assert await store.load_threads(20, None, "desc", ANN) == Page(data=[], has_more=False, after=None)

    async def test_a_cursor_that_is_no_thread_is_an_error(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(), ANN)
        with pytest.raises((ValueError, NotFoundError)):
            await store.load_threads(20, "thr_nope", "desc", ANN)


class TestItems:
    @pytest.mark.parametrize("item", EVERY_TYPE, ids=lambda item: item.id)
    async def test_an_item_of_every_type_comes_back_as_it_was(self, store: Store[Any], item: ThreadItem) -> None:
        await store.save_thread(a_thread(), ANN)
        await store.add_thread_item("thr_1", item, ANN)
        loaded = await store.load_item("thr_1", item.id, ANN)
        assert type(loaded) is type(item)
        assert loaded.model_dump(mode="json") == item.model_dump(mode="json")
        listed = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        assert listed.data == [loaded]

    async def test_an_item_added_twice_is_stored_once_with_the_new_content_in_the_old_place(
        self, store: Store[Any]
    ) -> None:
        await a_thread_of(store, 3)
        await store.add_thread_item("thr_1", an_answer("thr_1_msg_1", "changed"), ANN)
        page = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        assert [item.id for item in page.data] == ["thr_1_msg_0", "thr_1_msg_1", "thr_1_msg_2"]
        assert text_of(page.data[1]) == "changed"

    async def test_save_item_changes_in_place_and_stores_what_is_new(self, store: Store[Any]) -> None:
        await a_thread_of(store, 2)
        await store.save_item("thr_1", an_answer("thr_1_msg_0", "changed"), ANN)
        await store.save_item("thr_1", an_answer("new"), ANN)
        page = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        assert [item.id for item in page.data] == ["thr_1_msg_0", "thr_1_msg_1", "new"]
        assert text_of(page.data[0]) == "changed"

    async def test_an_item_may_become_another_type(self, store: Store[Any]) -> None:
        await a_thread_of(store, 1)
        await store.save_item("thr_1", EndOfTurnItem(id="thr_1_msg_0", thread_id="thr_1", created_at=NOW), ANN)
        assert isinstance(await store.load_item("thr_1", "thr_1_msg_0", ANN), EndOfTurnItem)

    async def test_the_same_item_id_in_two_threads_is_two_items(self, store: Store[Any]) -> None:
        for thread_id in ("thr_1", "thr_2"):
            await store.save_thread(a_thread(thread_id), ANN)
            await store.add_thread_item(thread_id, an_answer("same", thread_id, thread_id), ANN)
        await store.delete_thread_item("thr_1", "same", ANN)
        assert text_of(await store.load_item("thr_2", "same", ANN)) == "thr_2"

    async def test_unknown_items_and_threads_are_not_found(self, store: Store[Any]) -> None:
        await a_thread_of(store, 1)
        with pytest.raises(NotFoundError):
            await store.load_item("thr_1", "nope", ANN)
        with pytest.raises(NotFoundError):
            await store.load_item("thr_nope", "thr_1_msg_0", ANN)
        with pytest.raises(NotFoundError):
            await store.load_thread_items("thr_nope", None, 10, "asc", ANN)
        with pytest.raises(NotFoundError):
            await store.add_thread_item("thr_nope", an_answer("x"), ANN)
        with pytest.raises(NotFoundError):
            await store.save_item("thr_nope", an_answer("x"), ANN)
        with pytest.raises(NotFoundError):
            await store.delete_thread_item("thr_nope", "thr_1_msg_0", ANN)

    async def test_a_deleted_item_is_gone_and_deleting_it_again_does_nothing(self, store: Store[Any]) -> None:
        # The SDK deletes on thread.item.removed, also when the item was never done and so never stored.
        await a_thread_of(store, 3)
        for _ in range(2):
            await store.delete_thread_item("thr_1", "thr_1_msg_1", ANN)
        page = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        assert [item.id for item in page.data] == ["thr_1_msg_0", "thr_1_msg_2"]

    async def test_after_deleting_the_last_items_new_ones_follow_the_rest(self, store: Store[Any]) -> None:
        await a_thread_of(store, 4)
        for n in (3, 2):
            await store.delete_thread_item("thr_1", f"thr_1_msg_{n}", ANN)
        await store.add_thread_item("thr_1", an_answer("again"), ANN)
        page = await store.load_thread_items("thr_1", None, 10, "desc", ANN)
        assert [item.id for item in page.data] == ["again", "thr_1_msg_1", "thr_1_msg_0"]


class TestPagesOfItems:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("count", [0, 1, 5, 6])
    @pytest.mark.parametrize("limit", [1, 2, 3, 5, 20])
    async def test_pages_hold_each_item_once_in_order(
        self, store: Store[Any], order: str, count: int, limit: int
    ) -> None:
        ids = await a_thread_of(store, count)
        found, sizes = await walk(lambda after: store.load_thread_items("thr_1", after, limit, order, ANN))
        assert found == (ids if order == "asc" else ids[::-1])
        assert all(size == limit for size in sizes[:-1])
        assert sizes[-1] <= limit
        assert len(sizes) == max(1, -(-count // limit)), "no empty page at the end"

    async def test_order_is_that_of_storing_not_of_clocks_or_ids(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(), ANN)
        for n, item_id in enumerate(["zebra", "apple", "Mango"]):
            item = an_answer(item_id)
            item.created_at = NOW - timedelta(days=n)
            await store.add_thread_item("thr_1", item, ANN)
        page = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        assert [item.id for item in page.data] == ["zebra", "apple", "Mango"]

    async def test_an_item_added_while_paging_is_neither_skipped_nor_repeats_others(self, store: Store[Any]) -> None:
        ids = await a_thread_of(store, 4)
        first = await store.load_thread_items("thr_1", None, 2, "desc", ANN)
        await store.add_thread_item("thr_1", an_answer("late"), ANN)
        rest = await store.load_thread_items("thr_1", first.after, 10, "desc", ANN)
        assert [item.id for item in [*first.data, *rest.data]] == ids[::-1]
        onward = await store.load_thread_items("thr_1", ids[-1], 10, "asc", ANN)
        assert [item.id for item in onward.data] == ["late"]

    async def test_a_cursor_that_is_no_item_of_this_thread_is_an_error(self, store: Store[Any]) -> None:
        await a_thread_of(store, 2, "thr_1")
        await a_thread_of(store, 2, "thr_2")
        for cursor in ("nope", "", "thr_2_msg_0"):
            with pytest.raises((ValueError, NotFoundError)):
                await store.load_thread_items("thr_1", cursor, 10, "asc", ANN)

    @pytest.mark.parametrize("limit", [0, -1])
    async def test_a_limit_below_one_is_an_error(self, store: Store[Any], limit: int) -> None:
        await a_thread_of(store, 2)
        with pytest.raises(ValueError, match="limit"):
            await store.load_thread_items("thr_1", None, limit, "asc", ANN)
        with pytest.raises(ValueError, match="limit"):
            await store.load_threads(limit, None, "asc", ANN)

    async def test_an_order_that_is_neither_is_an_error(self, store: Store[Any]) -> None:
        await a_thread_of(store, 2)
        with pytest.raises(ValueError, match="order"):
            await store.load_thread_items("thr_1", None, 10, "random; DROP TABLE items", ANN)
        with pytest.raises(ValueError, match="order"):
            await store.load_threads(10, None, "random", ANN)

    @staticmethod
    async def _items_page(store: Store[Any], order: str, after: str | None) -> Page[ThreadItem]:
        return await store.load_thread_items("thr_1", after, 99, order, ANN)

    async def test_two_thousand_items_page_completely_in_both_orders(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(), ANN)
        ids = [f"msg_{n}" for n in range(2000)]
        for start in range(0, 2000, 500):
            await asyncio.gather(
                *(store.add_thread_item("thr_1", an_answer(item_id), ANN) for item_id in ids[start : start + 500])
            )
        for order, expected in (("asc", ids), ("desc", ids[::-1])):
            found, sizes = await walk(partial(self._items_page, store, order))
            assert found == expected
            assert len(sizes) == 21
        huge = await walk(lambda after: store.load_thread_items("thr_1", after, 10**30, "asc", ANN))
        assert huge[0] == ids, "whatever a store reads at once, paging goes through"


class TestAttachments:
    async def test_metadata_is_an_upsert_and_loads_as_it_was(self, store: Store[Any]) -> None:
        image = ImageAttachment(id="atc_1", name="ä.png", mime_type="image/png", preview_url="http://localhost/p")
        await store.save_attachment(image, ANN)
        assert await store.load_attachment("atc_1", ANN) == image
        sent = image.model_copy(update={"thread_id": "thr_1", "metadata": {"a": 1}})
        await store.save_attachment(sent, ANN)
        assert await store.load_attachment("atc_1", ANN) == sent

    async def test_unknown_and_deleted_ones_are_not_found(self, store: Store[Any]) -> None:
        await store.save_attachment(FileAttachment(id="atc_1", name="a", mime_type="text/plain"), ANN)
        await store.delete_attachment("atc_1", ANN)
        for call in (store.load_attachment, store.delete_attachment):
            for attachment_id in ("atc_1", "atc_nope"):
                with pytest.raises(NotFoundError):
                    await call(attachment_id, ANN)


class TestUsers:
    async def test_another_users_thread_is_not_found_by_any_method(self, store: Store[Any]) -> None:
        await a_thread_of(store, 2)
        before = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        for call in (
            store.load_thread("thr_1", BOB),
            store.delete_thread("thr_1", BOB),
            store.load_thread_items("thr_1", None, 10, "asc", BOB),
            store.load_item("thr_1", "thr_1_msg_0", BOB),
            store.add_thread_item("thr_1", an_answer("intruder"), BOB),
            store.save_item("thr_1", an_answer("thr_1_msg_0", "overwritten"), BOB),
            store.delete_thread_item("thr_1", "thr_1_msg_0", BOB),
        ):
            with pytest.raises(NotFoundError):
                await call
        assert await store.load_thread_items("thr_1", None, 10, "asc", ANN) == before

    async def test_lists_show_only_the_users_own_threads(self, store: Store[Any]) -> None:
        for n in range(6):
            await store.save_thread(a_thread(f"thr_{n}"), BOB if n % 2 else ANN)
        found, _ = await walk(lambda after: store.load_threads(2, after, "asc", ANN))
        assert found == ["thr_0", "thr_2", "thr_4"]

    async def test_another_users_thread_is_no_cursor(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread("thr_ann"), ANN)
        await store.save_thread(a_thread("thr_bob"), BOB)
        with pytest.raises((ValueError, NotFoundError)):
            await store.load_threads(10, "thr_ann", "desc", BOB)

    async def test_saving_a_thread_under_anothers_id_does_not_touch_theirs(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(title="Ann's"), ANN)
        await store.save_thread(a_thread(title="Bob's"), BOB)
        assert (await store.load_thread("thr_1", ANN)).title == "Ann's"
        await store.delete_thread("thr_1", BOB)
        assert (await store.load_thread("thr_1", ANN)).title == "Ann's"

    async def test_another_users_attachment_is_not_found(self, store: Store[Any]) -> None:
        await store.save_attachment(FileAttachment(id="atc_1", name="a", mime_type="text/plain"), ANN)
        for call in (store.load_attachment, store.delete_attachment):
            with pytest.raises(NotFoundError):
                await call("atc_1", BOB)
        await store.save_attachment(FileAttachment(id="atc_1", name="bob", mime_type="text/plain"), BOB)
        assert (await store.load_attachment("atc_1", ANN)).name == "a"


class TestIds:
    def test_ids_are_new_each_time_and_keep_the_sdks_prefixes(self, store: Store[Any]) -> None:
        thread = a_thread()
        kinds = {
            "message": "msg_",
            "tool_call": "tc_",
            "workflow": "wf_",
            "task": "tsk_",
            "sdk_hidden_context": "shcx_",
        }
        for kind, prefix in kinds.items():
            assert store.generate_item_id(kind, thread, ANN).startswith(prefix)  # type: ignore[arg-type]
        assert store.generate_thread_id(ANN).startswith("thr_")
        # With the SDK's 32 random bits this would fail in nine runs of ten.
        assert len({store.generate_item_id("message", thread, ANN) for _ in range(140_000)}) == 140_000


class TestTime:
    async def test_everything_is_there_after_closing_and_opening_again(self, factory: Factory, tmp_path: Path) -> None:
        store, close = factory(tmp_path)
        ids = await a_thread_of(store, 5)
        await store.save_attachment(FileAttachment(id="atc_1", name="a", mime_type="text/plain"), ANN)
        await close()
        store, close = factory(tmp_path)
        page = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
        assert [item.id for item in page.data] == ids
        assert (await store.load_attachment("atc_1", ANN)).name == "a"
        await store.add_thread_item("thr_1", an_answer("next"), ANN)
        page = await store.load_thread_items("thr_1", None, 1, "desc", ANN)
        assert page.data[0].id == "next"
        await close()

    async def test_writes_take_effect_in_the_order_they_were_asked_for(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(), ANN)
        ids = [f"msg_{n}" for n in range(200)]
        await asyncio.gather(*(store.add_thread_item("thr_1", an_answer(item_id), ANN) for item_id in ids))
        page = await store.load_thread_items("thr_1", None, 500, "asc", ANN)
        assert [item.id for item in page.data] == ids

    async def test_a_read_sees_every_write_answered_before_it(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(), ANN)
        for n in range(50):
            await store.add_thread_item("thr_1", an_answer(f"msg_{n}"), ANN)
            page = await store.load_thread_items("thr_1", None, 1, "desc", ANN)
            assert page.data[0].id == f"msg_{n}"

    async def test_a_cancelled_write_is_there_for_the_one_who_cleans_up(self, store: Store[Any]) -> None:
        await store.save_thread(a_thread(), ANN)
        seen: list[str] = []

        async def stream() -> None:
            try:
                await store.add_thread_item("thr_1", an_answer("msg_1"), ANN)
            except asyncio.CancelledError:
                seen.append((await store.load_item("thr_1", "msg_1", ANN)).id)
                raise

        task = asyncio.create_task(stream())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == ["msg_1"]
