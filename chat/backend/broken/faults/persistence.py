"""What is not there any more after a reload."""

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import SPEECH, GoodBackend
from chat.backend.broken.memory import Json, Thread


@broken("persistence/not-stored", "Answers are not stored")
class NotStored(GoodBackend):
    def save(self, thread: Thread, item: Json) -> None:
        if item["type"] == "user_message":
            super().save(thread, item)


@broken("persistence/partial-lost", "A stopped answer leaves nothing behind")
class PartialLost(GoodBackend):
    """Stores an answer when it is whole. It takes its time, so that there is something to stop."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__(max(pause, 0.01))

    def save(self, thread: Thread, item: Json) -> None:
        if item["type"] == "user_message" or item["content"][0]["text"] == SPEECH:
            super().save(thread, item)


@broken("persistence/id-changes", "The answer is stored under another id")
class IdChanges(GoodBackend):
    def stored(self, thread: Thread) -> list[Json]:
        renamed = {"assistant_message": "row_"}
        return [{**item, "id": renamed.get(item["type"], "") + item["id"]} for item in thread.items]


@broken("persistence/differs", "Answers are stored in part")
class Differs(GoodBackend):
    def stored(self, thread: Thread) -> list[Json]:
        return [_cut(item) if item["type"] == "assistant_message" else item for item in thread.items]


def _cut(item: Json) -> Json:
    return {**item, "content": [{**part, "text": part["text"][:32]} for part in item["content"]]}


@broken("persistence/not-listed", "New threads are missing from the list")
class NotListed(GoodBackend):
    def threads(self, user: str) -> list[Json]:
        return []


@broken("persistence/flapping", "Two workers, each with a store of its own")
class Flapping(GoodBackend):
    """The second worker, which has seen nothing of the last turn, answers every fourth read."""

    reads = 0

    def stored(self, thread: Thread) -> list[Json]:
        self.reads += 1
        return thread.items[:-2] if self.reads % 4 == 0 else thread.items


@broken("persistence/retry-leaves-items", "A retry leaves the old answer in the store")
class RetryLeavesItems(GoodBackend):
    def forget_after(self, thread: Thread, item_id: str) -> None:
        pass


@broken("persistence/delete-leaves-thread", "Deleted threads are still there")
class DeleteLeavesThread(GoodBackend):
    def delete(self, thread: Thread) -> Json:
        return {}


@broken("persistence/rename-lost", "New titles do not stay")
class RenameLost(GoodBackend):
    def rename(self, thread: Thread, title: str) -> Json:
        return {**thread.metadata(), "title": title}
