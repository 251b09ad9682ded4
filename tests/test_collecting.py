"""Garbage collection around imports."""

import gc

from chat.collecting import no_collecting


def test_what_was_imported_is_not_looked_through_again() -> None:
    before = gc.get_freeze_count()
    try:
        with no_collecting():
            assert not gc.isenabled()
            imported: list[list[int]] = [[] for _ in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(imported)
    finally:
        gc.unfreeze()
