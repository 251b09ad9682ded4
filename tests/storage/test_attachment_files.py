import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from chatkit.types import FileAttachment, ThreadMetadata

from storage import AttachmentFiles, SQLStore, TooManyBytes, open_database


@dataclass(frozen=True)
class User:
    user_id: str


ANN = User("ann")
NOW = datetime(2026, 3, 1)


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


class TestAttachmentFiles:
    @pytest.fixture
    def files(self, tmp_path: Path) -> AttachmentFiles:
        return AttachmentFiles(tmp_path / "attachments")

    async def test_content_comes_back_whole_and_is_private(self, files: AttachmentFiles) -> None:
        content = os.urandom(3_000_000)
        size = await files.write(
            "atc_1", pieces(*(content[n : n + 65_536] for n in range(0, 3_000_000, 65_536))), 1 << 30
        )
        assert size == 3_000_000
        assert await files.read("atc_1") == content
        if os.name == "posix":
            assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
            assert stat.S_IMODE(files.path("atc_1").stat().st_mode) == 0o600

    async def test_too_much_content_is_refused_and_none_of_it_kept(self, files: AttachmentFiles) -> None:
        await files.write("atc_1", pieces(b"1234"), 4)
        with pytest.raises(TooManyBytes, match="4 bytes"):
            await files.write("atc_1", pieces(b"123", b"45"), 4)
        assert await files.read("atc_1") == b"1234"
        assert len(list(files.folder.iterdir())) == 1

    async def test_an_upload_cut_short_leaves_nothing(self, files: AttachmentFiles) -> None:
        async def cut() -> AsyncIterator[bytes]:
            yield b"12"
            raise ConnectionError("gone")

        with pytest.raises(ConnectionError):
            await files.write("atc_1", cut(), 10)
        assert list(files.folder.iterdir()) == []

    def test_what_a_killed_process_left_is_cleared_away(self, files: AttachmentFiles) -> None:
        (files.folder / "atc_1.abcd.part").write_bytes(b"half")
        os.utime(files.folder / "atc_1.abcd.part", (0, 0))
        (files.folder / "atc_3.abcd.part").write_bytes(b"still growing, in another process")
        (files.folder / "atc_2").write_bytes(b"whole")
        AttachmentFiles(files.folder)
        assert {file.name for file in files.folder.iterdir()} == {"atc_2", "atc_3.abcd.part"}

    @pytest.mark.parametrize("bad", ["", "..", "../other.db", "/etc/passwd", "a/b", "a\\b", "a.part", "a\0", "x" * 129])
    async def test_an_id_that_could_name_another_file_is_refused(self, files: AttachmentFiles, bad: str) -> None:
        for call in (files.read(bad), files.delete(bad), files.write(bad, pieces(b""), 1)):
            with pytest.raises(ValueError, match="not an attachment id"):
                await call

    async def test_content_that_never_came_is_missing_and_deleting_it_is_no_error(self, files: AttachmentFiles) -> None:
        await files.delete("atc_1")
        with pytest.raises(FileNotFoundError):
            await files.read("atc_1")

    async def test_attachments_lose_their_content_with_their_metadata_and_their_thread(
        self, files: AttachmentFiles, tmp_path: Path
    ) -> None:
        database = open_database(tmp_path / "workbench.db")
        store = SQLStore[User](database, files)
        await store.save_thread(ThreadMetadata(id="thr_1", created_at=NOW), ANN)
        for name, thread_id in (("atc_1", "thr_1"), ("atc_2", None), ("atc_3", None)):
            await files.write(name, pieces(b"x"), 10)
            file = FileAttachment(id=name, name=name, mime_type="text/plain", thread_id=thread_id)
            await store.save_attachment(file, ANN)
        await store.delete_thread("thr_1", ANN)
        await store.delete_attachment("atc_2", ANN)
        assert [file.name for file in files.folder.iterdir()] == ["atc_3"]
        await database.aclose()
