"""Pages of threads and items that cannot be walked."""

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json


@broken("paging/limit", "The limit of a page is not kept")
class Limit(GoodBackend):
    def page(self, entries: list[Json], limit: int | None, order: str, after: str | None) -> Json:
        return super().page(entries, None, order, after)


@broken("paging/order", "Descending pages are ascending")
class Order(GoodBackend):
    def page(self, entries: list[Json], limit: int | None, order: str, after: str | None) -> Json:
        return super().page(entries, limit, "asc", after)


@broken("paging/cursor", "`after` is not looked at: every page is the first one")
class Cursor(GoodBackend):
    def page(self, entries: list[Json], limit: int | None, order: str, after: str | None) -> Json:
        return super().page(entries, limit, order, None)
