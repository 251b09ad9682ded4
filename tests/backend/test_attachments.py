import errno
import json
import stat
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from typing import Any

import httpx
import jwt
import pytest
from PIL import Image

from chat.backend.auth import jwt_settings
from chat.backend.context import RequestContext
from chat.client import ChatKitClient, Connection
from chat.errors import Failed
from chat.own_failures import FAILURE_HEADER, said_by_itself

Embed = Callable[..., Any]
LOCAL = RequestContext()
SECRET = "a secret of at least thirty-two bytes"


def picture(kind: str = "PNG") -> bytes:
    data = BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, kind)
    return data.getvalue()


def authorized(user: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {jwt.encode({'sub': user, 'exp': 4_000_000_000}, SECRET, 'HS256')}"}


async def call(client: httpx.AsyncClient, operation: str, /, **params: Any) -> httpx.Response:
    return await client.post("/chatkit", json={"type": operation, "params": params})


async def announce(
    client: httpx.AsyncClient, content: bytes, name: str = "a.txt", mime_type: str = "text/plain"
) -> Any:
    response = await call(client, "attachments.create", name=name, size=len(content), mime_type=mime_type)
    assert response.status_code == 200, response.text
    return response.json()


async def send(client: httpx.AsyncClient, attachment: dict[str, Any], content: Any) -> httpx.Response:
    """As a browser does: to the URL, by the method and with the headers it was told, and nothing else."""
    descriptor = attachment["upload_descriptor"]
    return await client.request(
        descriptor["method"], descriptor["url"], headers=descriptor.get("headers", {}), content=content
    )


def message(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    return str(response.json()["message"])


class TestTwoPhases:
    async def test_created_uploaded_sent_read_and_deleted(self, embed: Embed) -> None:
        embedded = embed()
        async with embedded.client() as client:
            attachment = await announce(client, b"content", "notes.txt")
            assert attachment["type"] == "file"
            assert "metadata" not in attachment
            response = await send(client, attachment, b"content")
            assert "upload_descriptor" not in response.json()

            content = [{"type": "input_text", "text": "Look"}]
            message = {"content": content, "attachments": [attachment["id"]], "inference_options": {}}
            streamed = (await call(client, "threads.create", input=message)).text
            item = next(json.loads(line[6:])["item"] for line in streamed.split("\n\n") if "user_message" in line)
            assert [sent["name"] for sent in item["attachments"]] == ["notes.txt"]
            assert "metadata" not in item["attachments"][0]

            assert (await client.get(f"/chatkit/attachments/{attachment['id']}")).content == b"content"
            assert await embedded.server.attachment_store.read_content(attachment["id"], LOCAL) == b"content"
            assert (await call(client, "attachments.delete", attachment_id=attachment["id"])).json() == {}
            assert (await client.get(f"/chatkit/attachments/{attachment['id']}")).status_code == 404
        assert list(embedded.files.folder.iterdir()) == []

    async def test_deleting_the_thread_deletes_the_file(self, embed: Embed) -> None:
        embedded = embed()
        async with embedded.client() as client:
            attachment = await announce(client, b"content")
            await send(client, attachment, b"content")
            message = {"content": [], "attachments": [attachment["id"]], "inference_options": {}}
            streamed = (await call(client, "threads.create", input=message)).text
            thread_id = json.loads(streamed.split("\n\n")[0][6:])["thread"]["id"]
            await call(client, "threads.delete", thread_id=thread_id)
        assert list(embedded.files.folder.iterdir()) == []

    async def test_an_attachment_that_was_not_uploaded_cannot_be_sent_or_read(self, embed: Embed) -> None:
        async with embed().client() as client:
            attachment = await announce(client, b"content", "notes.txt")
            sent = {"content": [], "attachments": [attachment["id"]], "inference_options": {}}
            response = await call(client, "threads.create", input=sent)
            assert "attachments[0]: notes.txt has not been uploaded" in message(response, 400)
            assert (await client.get(f"/chatkit/attachments/{attachment['id']}")).status_code == 404

    async def test_it_is_uploaded_once(self, embed: Embed) -> None:
        async with embed().client() as client:
            attachment = await announce(client, b"content")
            await send(client, attachment, b"content")
            assert "already" in message(await send(client, attachment, b"changed"), 409)
            assert (await client.get(f"/chatkit/attachments/{attachment['id']}")).content == b"content"

    @pytest.mark.parametrize(("content", "status"), [(b"conten", 400), (b"content!", 413), (b"", 400)])
    async def test_other_bytes_than_announced_are_refused_and_the_right_ones_still_welcome(
        self, embed: Embed, content: bytes, status: int
    ) -> None:
        embedded = embed()
        async with embedded.client() as client:
            attachment = await announce(client, b"content")
            assert "announced" in message(await send(client, attachment, content), status)
            assert list(embedded.files.folder.iterdir()) == []
            assert (await send(client, attachment, b"content")).status_code == 200

    @pytest.mark.parametrize(("size", "status"), [(100_001, 413), (10**30, 413), (-1, 400)])
    async def test_an_impossible_size_is_refused_at_once(self, embed: Embed, size: int, status: int) -> None:
        async with embed(max_bytes=100_000).client() as client:
            response = await call(client, "attachments.create", name="a", size=size, mime_type="text/plain")
            assert message(response, status)

    async def test_too_many_bytes_are_refused_as_they_come_whatever_the_headers_say(self, embed: Embed) -> None:
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 10_000

        embedded = embed(max_bytes=100_000)
        async with embedded.client() as client:
            attachment = await announce(client, b"x" * 100_000)
            assert message(await send(client, attachment, endless()), 413)
        assert list(embedded.files.folder.iterdir()) == []

    async def test_over_a_real_connection(self, embed: Embed) -> None:
        embedded = embed()
        content = picture()
        async with embedded.served() as url, httpx.AsyncClient(base_url=url, verify=False) as client:
            attachment = await announce(client, content, "red.png", "image/png")
            assert attachment["upload_descriptor"]["url"].startswith(url)
            assert (await send(client, attachment, content)).status_code == 200
            shown = await client.get(attachment["preview_url"])
        assert shown.content == content
        assert shown.headers["content-type"] == "image/png"


class TestDirectUpload:
    async def test_a_forms_file_becomes_an_attachment(self, embed: Embed) -> None:
        embedded = embed()
        async with embedded.client() as client:
            response = await client.post("/chatkit/attachments", files={"file": ("n.txt", b"content", "text/plain")})
            attachment = response.json()
            assert attachment == {"type": "file", "id": attachment["id"], "name": "n.txt", "mime_type": "text/plain"}
            assert (await client.get(f"/chatkit/attachments/{attachment['id']}")).content == b"content"
        [file] = embedded.files.folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    async def test_what_is_no_form_with_a_file_is_refused(self, embed: Embed) -> None:
        async with embed().client() as client:
            for request in (
                {"content": b"no form"},
                {"data": {"file": "text"}},
                {"files": {"other": ("n.txt", b"x")}},
                {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
                {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
                {"files": [("file", ("1", b"x")), ("file", ("2", b"y"))]},
            ):
                response = await client.post("/chatkit/attachments", **request)
                assert message(response, 400), request

    async def test_a_file_that_is_too_large_is_refused(self, embed: Embed) -> None:
        embedded = embed(max_bytes=100_000)
        async with embedded.client() as client:
            for size in (100_001, 1_000_000):
                response = await client.post("/chatkit/attachments", files={"file": ("n", b"x" * size)})
                assert "bytes allowed" in message(response, 413)
        assert list(embedded.files.folder.iterdir()) == []


class TestWhatIsServed:
    async def served(self, embed: Embed, content: bytes, name: str, mime_type: str) -> httpx.Response:
        async with embed().client() as client:
            response = await client.post("/chatkit/attachments", files={"file": (name, content, mime_type)})
            assert response.status_code == 200, response.text
            found: httpx.Response = await client.get(f"/chatkit/attachments/{response.json()['id']}")
            return found

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
    async def test_an_image_is_shown_as_one_and_cannot_be_anything_else(self, embed: Embed, kind: str) -> None:
        response = await self.served(embed, picture(kind), f"a.{kind}", f"image/{kind.lower()}")
        assert response.headers["content-type"] == f"image/{kind.lower()}"
        assert response.headers["content-disposition"].startswith("inline")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"

    @pytest.mark.parametrize(
        ("mime_type", "content"),
        [
            ("text/html", b"<script>alert(1)</script>"),
            ("image/svg+xml", b"<svg onload='alert(1)'/>"),
            ("application/javascript", b"alert(1)"),
            ("application/pdf", b"%PDF-1.7"),
            ("text/plain", b"<script>alert(1)</script>"),
            ("nonsense\r\nX-Evil: 1", b"x"),
            ("", b"x"),
        ],
    )
    async def test_anything_else_is_a_download_of_no_type(self, embed: Embed, mime_type: str, content: bytes) -> None:
        embedded = embed()
        async with embedded.client() as client:
            attachment = await announce(client, content, "a", mime_type)
            assert attachment["type"] == "file"
            await send(client, attachment, content)
            response = await client.get(f"/chatkit/attachments/{attachment['id']}")
        assert response.content == content
        assert response.headers["content-type"] == "application/octet-stream"
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "x-evil" not in response.headers

    async def test_bytes_that_are_not_the_image_they_are_called_are_refused(self, embed: Embed) -> None:
        embedded = embed()
        async with embedded.client() as client:
            for content in (b"<script>alert(1)</script>", picture("GIF"), b""):
                attachment = await announce(client, content, "a.png", "image/png")
                assert "does not begin like one" in message(await send(client, attachment, content), 400)
                form = {"file": ("a.png", content, "image/png")}
                assert "does not begin like one" in message(await client.post("/chatkit/attachments", files=form), 400)
        assert list(embedded.files.folder.iterdir()) == []

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ann\\a.txt", "a.txt"),
            ('a"; filename="b.exe', 'a"; filename="b.exe'),
            ("a\r\nX-Evil: 1", "aX-Evil: 1"),
            ("gpj\u202eexe.a", "gpjexe.a"),
            ("Grüße 😀.txt", "Grüße 😀.txt"),
            ("x" * 300, "x" * 255),
            ("..", ".."),
            ("", "file"),
        ],
    )
    async def test_a_name_is_a_name_and_nothing_else(self, embed: Embed, name: str, kept: str) -> None:
        embedded = embed()
        async with embedded.client() as client:
            attachment = await announce(client, b"x", name)
            assert attachment["name"] == kept
            await send(client, attachment, b"x")
            response = await client.get(f"/chatkit/attachments/{attachment['id']}")
        assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert '"' not in response.headers["content-disposition"]
        assert "x-evil" not in response.headers
        assert [file.name for file in embedded.files.folder.iterdir()] == [attachment["id"]]

    async def test_part_of_it_can_be_asked_for(self, embed: Embed) -> None:
        async with embed().client() as client:
            form = {"file": ("a", b"0123456789")}
            attachment = (await client.post("/chatkit/attachments", files=form)).json()
            response = await client.get(f"/chatkit/attachments/{attachment['id']}", headers={"Range": "bytes=2-4"})
        assert (response.status_code, response.content) == (206, b"234")

    @pytest.mark.parametrize("path", ["..%2f..%2fworkbench.db", "nope", "%00", "a" * 300, "%ff"])
    async def test_no_path_leads_out_of_the_folder(self, embed: Embed, path: str) -> None:
        async with embed().client() as client:
            assert (await client.get(f"/chatkit/attachments/{path}")).status_code == 404
            assert (await client.put(f"/chatkit/attachments/{path}", content=b"x")).status_code == 404


class TestUsers:
    async def test_an_image_and_an_upload_need_no_header_but_their_own(self, embed: Embed) -> None:
        async with embed(jwt=jwt_settings(SECRET)).client() as client:
            client.headers.update(authorized("ann"))
            attachment = await announce(client, picture(), "red.png", "image/png")
            del client.headers["Authorization"]
            assert (await send(client, attachment, picture())).status_code == 200
            assert (await client.get(attachment["preview_url"])).content == picture()

    async def test_without_either_it_is_401_and_for_another_user_404(self, embed: Embed) -> None:
        async with embed(jwt=jwt_settings(SECRET)).client() as client:
            client.headers.update(authorized("ann"))
            attachment = await announce(client, b"content")
            url = f"/chatkit/attachments/{attachment['id']}"
            del client.headers["Authorization"]
            assert (await client.put(url, content=b"content")).status_code == 401
            assert (await client.put(url, content=b"content", headers=authorized("bob"))).status_code == 404
            assert (await client.put(url, content=b"content", headers=authorized("ann"))).status_code == 200
            assert (await client.get(url)).status_code == 401
            assert (await client.get(url, headers=authorized("bob"))).status_code == 404
            assert (await client.get(url, headers=authorized("ann"))).content == b"content"
            assert (await client.post("/chatkit/attachments", files={"file": ("a", b"x")})).status_code == 401
            client.headers.update(authorized("bob"))
            assert (await call(client, "attachments.delete", attachment_id=attachment["id"])).status_code == 404

    async def test_a_token_is_good_for_one_attachment_one_purpose_and_one_user(self, embed: Embed) -> None:
        embedded = embed(jwt=jwt_settings(SECRET))
        store = embedded.server.attachment_store
        async with embedded.client() as client:
            client.headers.update(authorized("ann"))
            first = await announce(client, picture(), "1.png", "image/png")
            second = await announce(client, picture(), "2.png", "image/png")
            del client.headers["Authorization"]
            for attachment in (first, second):
                assert (await send(client, attachment, picture())).status_code == 200
            url = f"/chatkit/attachments/{first['id']}"
            for token in (
                store.token("show", second["id"], "ann"),
                store.token("upload", first["id"], "ann"),
                store.token("show", first["id"], "ann")[:-1],
                store.token("show", first["id"], "ann").partition(".")[0],
                "",
                ".",
                "ü.ü",
                "a" * 10_000,
            ):
                response = await client.get(url, params={"token": token})
                assert "not one for this attachment" in message(response, 401), token
            response = await client.get(url, params={"token": store.token("show", first["id"], "bob")})
            assert response.status_code == 404

    async def test_a_preview_still_works_after_a_restart(self, embed: Embed) -> None:
        async with embed().client() as client:
            attachment = await announce(client, picture(), "red.png", "image/png")
            await send(client, attachment, picture())
        async with embed().client() as client:
            assert (await client.get(attachment["preview_url"])).content == picture()


class TestOtherSitesPages:
    async def test_an_allowed_page_may_upload_and_embed_and_no_other(self, embed: Embed) -> None:
        page = {"Origin": "https://app.example.org"}
        async with embed(allowed_origins=(page["Origin"],)).client() as client:
            attachment = await announce(client, picture(), "red.png", "image/png")
            descriptor = attachment["upload_descriptor"]
            asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-upload-token"}
            preflight = await client.options(descriptor["url"], headers=page | asked)
            assert "PUT" in preflight.headers["access-control-allow-methods"]
            assert preflight.headers["access-control-allow-headers"] == "x-upload-token"
            evil = {"Origin": "https://evil.example"}
            assert (await client.put(descriptor["url"], headers=evil | descriptor["headers"])).status_code == 403
            assert (await send(client, attachment, picture())).status_code == 200
            shown = await client.get(attachment["preview_url"], headers=page)
        assert shown.headers["cross-origin-resource-policy"] == "cross-origin"
        assert shown.headers["access-control-allow-origin"] == page["Origin"]


class TestAFullDisk:
    """It is the workbench's own: words, and never a fault of somebody's backend."""

    async def test_an_upload_says_so_and_whose_it_is(self, embed: Embed, monkeypatch: pytest.MonkeyPatch) -> None:
        embedded = embed()
        async with embedded.served() as url:
            client = ChatKitClient(Connection(f"{url}/chatkit"))
            attachment = await client.create_attachment("a.txt", 7, "text/plain")
            monkeypatch.setattr("storage.attachments.os.fsync", full)
            with pytest.raises(Failed) as caught:
                await client.upload(attachment, b"content")
            monkeypatch.undo()
            assert caught.value.whose == "the workbench"
            assert "The disk is full: nothing was stored" in str(caught.value)
            assert (await client.upload(attachment, b"content")).status == 200, "there is room again"

    async def test_so_does_a_form_that_does_not_fit_beside_the_memory(
        self, embed: Embed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", full)
        async with embed().client() as client:
            response = await client.post("/chatkit/attachments", files={"file": ("a.txt", b"content", "text/plain")})
        assert message(response, 500).startswith("The disk is full")
        assert said_by_itself(response.headers[FAILURE_HEADER])


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
