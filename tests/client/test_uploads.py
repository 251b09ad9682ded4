"""Where a file's bytes go, and with which headers."""

import json

import pytest
from chatkit.types import AttachmentUploadDescriptor, FileAttachment

from chat.client import ChatKitClient, Connection
from chat.errors import BadConnection, InvalidAnswer, Rejected

TOKEN = ("Authorization", "Bearer 0123456789abcdef0123")


def attachment(url, method="PUT", **headers):
    descriptor = AttachmentUploadDescriptor(url=url, method=method, headers=headers)
    return FileAttachment(id="atc_1", name="a.txt", mime_type="text/plain", upload_descriptor=descriptor)


async def accept(call):
    await call.answer(b"{}")


async def test_the_two_phases(backend):
    async def answer(call):
        if call.head.startswith("POST"):
            document = {
                "id": "atc_1",
                "name": "a.txt",
                "mime_type": "text/plain",
                "type": "file",
                "upload_descriptor": {"url": f"http://{call.header('host')[0]}/files/1", "method": "PUT"},
            }
            await call.answer(json.dumps(document).encode())
        else:
            await call.answer(b"")

    server = await backend(answer)
    exchanges = []
    client = ChatKitClient(Connection(server.url, headers=(TOKEN,)), exchanges.append)
    created = await client.create_attachment("a.txt", 5, "text/plain")
    exchange = await client.upload(created, b"hello")
    assert json.loads(server.calls[0].body)["params"] == {"name": "a.txt", "size": 5, "mime_type": "text/plain"}
    put = server.calls[1]
    assert put.head.startswith("PUT /files/1 HTTP/1.1")
    assert put.body == b"hello"
    assert put.header("content-type") == ["text/plain"]
    assert put.header("authorization") == [TOKEN[1]]
    assert exchanges[1] is exchange
    assert (exchange.request.body, exchange.request.body_size) == (b"", 5)


async def test_credentials_do_not_leave_their_origin(backend):
    store = await backend(accept)
    client = ChatKitClient(Connection("http://127.0.0.1:9/chatkit", headers=(TOKEN, ("Content-Type", "text/json"))))
    await client.upload(attachment(store.url, "POST", **{"X-Signed": "yes"}), b"hello")
    call = store.calls[0]
    assert call.header("authorization") == []
    assert call.header("x-signed") == ["yes"]
    assert call.header("content-type") == ["text/plain"]


async def test_the_descriptors_headers_win(backend):
    server = await backend(accept)
    client = ChatKitClient(Connection(server.url, headers=(TOKEN,)))
    signed = attachment(server.url, **{"content-type": "application/octet-stream", "authorization": "Signed x"})
    await client.upload(signed, b"hello")
    assert server.calls[0].header("content-type") == ["application/octet-stream"]
    assert server.calls[0].header("authorization") == ["Signed x"]


async def test_a_refused_upload_raises(backend):
    async def answer(call):
        await call.answer(b'{"message":"too large"}', "413 Content Too Large")

    server = await backend(answer)
    with pytest.raises(Rejected) as caught:
        await ChatKitClient(Connection(server.url)).upload(attachment(server.url), b"hello")
    assert caught.value.said == "too large"


async def test_an_attachment_without_descriptor_is_explained():
    bare = FileAttachment(id="atc_1", name="a.txt", mime_type="text/plain")
    with pytest.raises(InvalidAnswer) as caught:
        await ChatKitClient(Connection("http://127.0.0.1:9/")).upload(bare, b"")
    assert caught.value.problems[0].path == "$.upload_descriptor"
    assert "upload_url" in caught.value.advice


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://127.0.0.1:8080/api",
        "http://localhost/api",
        "http://metadata.google.internal/",
    ],
)
async def test_a_foreign_backend_cannot_send_the_file_to_this_machine_or_its_cloud(url):
    with pytest.raises(InvalidAnswer):
        await ChatKitClient(Connection("https://shop.example/chatkit")).upload(attachment(url), b"hello")


async def test_the_direct_strategy_posts_a_form(backend):
    async def answer(call):
        await call.answer(b'{"id":"atc_1","name":"\xc3\xa4.txt","mime_type":"text/plain","type":"file"}')

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url, headers=(TOKEN, ("Content-Type", "application/json"))))
    uploaded = await client.upload_direct(server.url, "ä.txt", b"hello", "text/plain")
    assert uploaded.id == "atc_1"
    call = server.calls[0]
    assert call.header("content-type")[0].startswith("multipart/form-data; boundary=")
    assert call.header("authorization") == [TOKEN[1]]
    assert b'name="file"' in call.body
    assert b"\r\n\r\nhello\r\n" in call.body


async def test_an_upload_url_that_is_none_is_refused():
    with pytest.raises(BadConnection):
        await ChatKitClient(Connection("http://127.0.0.1:9/")).upload_direct("javascript:1", "a", b"", "text/plain")
