"""Where a file's bytes go, and with which headers."""

import json
import socket
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from chatkit.types import AttachmentUploadDescriptor, FileAttachment

from chat.client import ChatKitClient, Connection
from chat.client.network import look_up
from chat.client.uploads import Reach
from chat.errors import AnswerError, BadConnection, InvalidAnswer
from chat.exchanges import Exchange
from chat.own_failures import FAILURE_HEADER
from tests.client.conftest import Call, StartBackend
from tests.client.test_failures import certificate

TOKEN = ("Authorization", "Bearer 0123456789abcdef0123")


def attachment(url: str, method: Any = "PUT", **headers: str) -> FileAttachment:
    descriptor = AttachmentUploadDescriptor(url=url, method=method, headers=headers)
    return FileAttachment(id="atc_1", name="a.txt", mime_type="text/plain", upload_descriptor=descriptor)


async def accept(call: Call) -> None:
    await call.answer(b"{}")


async def test_the_two_phases(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
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
    exchanges: list[Exchange] = []
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


async def test_credentials_do_not_leave_their_origin(backend: StartBackend) -> None:
    store = await backend(accept)
    client = ChatKitClient(Connection("http://127.0.0.1:9/chatkit", headers=(TOKEN, ("Content-Type", "text/json"))))
    await client.upload(attachment(store.url, "POST", **{"X-Signed": "yes"}), b"hello")
    call = store.calls[0]
    assert call.header("authorization") == []
    assert call.header("x-signed") == ["yes"]
    assert call.header("content-type") == ["text/plain"]


async def test_the_descriptors_headers_win(backend: StartBackend) -> None:
    server = await backend(accept)
    client = ChatKitClient(Connection(server.url, headers=(TOKEN,)))
    signed = attachment(server.url, **{"content-type": "application/octet-stream", "authorization": "Signed x"})
    await client.upload(signed, b"hello")
    assert server.calls[0].header("content-type") == ["application/octet-stream"]
    assert server.calls[0].header("authorization") == ["Signed x"]


@pytest.mark.parametrize(
    ("status", "form", "who", "advice"),
    [
        ("413 Content Too Large", False, "The file store rejects", "larger than the server"),
        ("403 Forbidden", False, "The file store does not let", "A signed URL expires"),
        (
            "415 Unsupported Media Type",
            False,
            "The file store rejects",
            "was sent the file's bytes, with its own type.",
        ),
        ("415 Unsupported Media Type", True, "The upload's address rejects", "a form with the field `file`."),
        ("404 Not Found", True, "The upload's address rejects", "is uploadStrategy.uploadUrl right?"),
        ("507 Insufficient Storage", False, "The file store failed", "the log of whatever answers there"),
    ],
)
async def test_a_refused_upload_raises_and_does_not_advise_about_the_chatkit_endpoint(
    backend: StartBackend, status: str, form: bool, who: str, advice: str
) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b'{"message":"not this one"}', status)

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    sent = partial(client.upload_direct, server.url, "a.txt", b"hello", "text/plain")
    with pytest.raises(AnswerError) as caught:
        await (sent() if form else client.upload(attachment(server.url), b"hello"))
    assert caught.value.said == "not this one"
    assert str(caught.value).startswith(who)
    assert advice in caught.value.advice
    assert "ChatKit" not in caught.value.advice


@pytest.mark.parametrize("word", ["store", "store 0123456789abcdef"])
async def test_nobody_else_can_say_that_a_failure_is_the_workbenchs(backend: StartBackend, word: str) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"{}", "500 Internal Server Error", "application/json", f"{FAILURE_HEADER}: {word}")

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    for sent in (client.upload(attachment(server.url), b"hello"), client.list_threads()):
        with pytest.raises(AnswerError) as caught:
            await sent
        assert caught.value.whose == "your backend"


async def test_an_attachment_without_descriptor_is_explained() -> None:
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
async def test_a_foreign_backend_cannot_send_the_file_to_this_machine_or_its_cloud(url: str) -> None:
    with pytest.raises(InvalidAnswer):
        await ChatKitClient(Connection("https://shop.example/chatkit")).upload(attachment(url), b"hello")


async def test_the_direct_strategy_posts_a_form(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
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


async def test_an_upload_url_that_is_none_is_refused() -> None:
    with pytest.raises(BadConnection):
        await ChatKitClient(Connection("http://127.0.0.1:9/")).upload_direct("javascript:1", "a", b"", "text/plain")


# Which addresses a file is sent to: real connections, and a resolver that is handed in


class Names:
    """A resolver that knows the addresses it was given and remembers what it was asked."""

    def __init__(self, **addresses: str) -> None:
        self.addresses = {name.replace("_", "."): found.split() for name, found in addresses.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        found = []
        for address in self.addresses[host]:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            rest = (0, 0) if ":" in address else ()
            found.append((family, socket.SOCK_STREAM, 6, "", (address, port, *rest)))
        return found


LOCAL = ["127.0.0.1", "127.8.8.8", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"]
PRIVATE = ["10.0.0.7", "192.168.1.7", "172.17.0.2", "100.64.0.9", "fd00::7", "::ffff:10.0.0.7", "64:ff9b::a00:7"]
METADATA = [
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.170.2",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:169.254.169.254",
    "::ffff:100.100.100.200",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "224.0.0.1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


async def refused(client: ChatKitClient, url: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        await client.upload(attachment(url), b"hello")
    assert caught.value.problems[0].path == "$.upload_descriptor.url"


@pytest.mark.parametrize("address", LOCAL + PRIVATE + METADATA)
async def test_a_public_backend_gets_no_file_sent_into_this_machine_or_its_network(address: str) -> None:
    names = Names(files_example=address, shop_example="8.8.8.8")
    client = ChatKitClient(Connection("https://shop.example/chatkit"), resolve=names)
    await refused(client, "http://files.example/1")
    await refused(client, f"http://[{address}]/1" if ":" in address else f"http://{address}/1")


@pytest.mark.parametrize("url", ["http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://localhost/"])
async def test_other_ways_to_write_this_machine_are_known_by_what_they_resolve_to(url: str) -> None:
    await refused(ChatKitClient(Connection("https://shop.example/chatkit"), resolve=look_up), url)


@pytest.mark.parametrize(
    ("backend_at", "permitted"),
    [
        ("8.8.8.8", PUBLIC),
        ("8.8.8.8 10.0.0.1", PUBLIC),
        ("10.0.0.1", PUBLIC + PRIVATE),
        ("fd00::1 ::ffff:192.168.0.1", PUBLIC + PRIVATE),
        ("127.0.0.1", PUBLIC + PRIVATE),
    ],
)
async def test_what_a_backend_may_name_depends_on_where_it_is(backend_at: str, permitted: list[str]) -> None:
    connection = Connection("https://chat.example/chatkit")
    reach = Reach(connection, httpx.URL("https://files.example/1"), Names(chat_example=backend_at))
    every = LOCAL + PRIVATE + METADATA + PUBLIC
    assert [one for one in every if await reach.permits(ip_address(one))] == [one for one in every if one in permitted]


async def test_a_backend_of_this_machine_may_name_other_services_of_it() -> None:
    reach = Reach(Connection("http://127.0.0.1:8000/chatkit"), httpx.URL("http://localhost:9000/"), Names())
    assert [one for one in LOCAL + METADATA if await reach.permits(ip_address(one))] == LOCAL


async def test_the_backends_own_name_is_a_file_store_wherever_it_is_but_no_metadata_service() -> None:
    reach = Reach(Connection("http://box.lan/chatkit"), httpx.URL("http://box.lan:9000/"), Names())
    every = LOCAL + PRIVATE + METADATA
    assert [one for one in every if await reach.permits(ip_address(one))] == LOCAL + PRIVATE


async def test_the_address_that_was_judged_is_connected_to_and_the_name_is_looked_up_once(backend: Any) -> None:
    store = await backend(accept)
    names = Names(files_test="127.0.0.1")
    client = ChatKitClient(Connection("http://127.0.0.1:9/chatkit"), resolve=names)
    await client.upload(attachment(store.url.replace("127.0.0.1", "files.test")), b"hello")
    assert names.asked == ["files.test"]
    assert store.calls[0].header("host")[0].startswith("files.test:")
    assert store.calls[0].body == b"hello"


async def test_a_forbidden_address_beside_a_good_one_is_passed_over(backend: Any) -> None:
    store = await backend(accept)
    names = Names(files_test="169.254.169.254 127.0.0.1")
    client = ChatKitClient(Connection("http://127.0.0.1:9/chatkit"), resolve=names)
    await client.upload(attachment(store.url.replace("127.0.0.1", "files.test")), b"hello")
    assert len(store.calls) == 1


async def test_a_certificate_is_still_asked_for_by_the_name(
    backend: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate(tmp_path, name="files.test")
    named: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: named.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    store = await backend(accept, tls=context)
    client = ChatKitClient(Connection("http://127.0.0.1:9/chatkit"), resolve=Names(files_test="127.0.0.1"))
    await client.upload(attachment(store.url.replace("127.0.0.1", "files.test")), b"hello")
    assert named == ["files.test"]
    assert store.calls[0].body == b"hello"


async def test_nothing_is_sent_to_an_address_that_is_refused(backend: Any) -> None:
    store = await backend(accept)
    exchanges: list[Exchange] = []
    names = Names(files_test="127.0.0.1", shop_example="8.8.8.8")
    client = ChatKitClient(Connection("https://shop.example/chatkit"), exchanges.append, resolve=names)
    await refused(client, store.url.replace("127.0.0.1", "files.test"))
    assert store.calls == []
    assert exchanges[0].outcome == "unreachable"
    assert "file store" in (exchanges[0].failure or "")


async def test_an_upload_goes_where_the_backend_said_though_its_address_holds_the_readers_token(
    backend: StartBackend,
) -> None:
    token = "opaque-credential-77"

    async def answer(call: Call) -> None:
        if call.head.startswith("PUT"):
            await call.answer(b"")
            return
        descriptor = {
            "url": f"{server.url}/files/1?signed={token}",
            "method": "PUT",
            "headers": {"X-Upload": f"key {token}"},
        }
        attachment = {"id": f"atc_{token}", "type": "file", "name": "a.txt", "mime_type": "text/plain"}
        await call.answer(json.dumps({**attachment, "upload_descriptor": descriptor}).encode())

    server = await backend(answer)
    exchanges: list[Exchange] = []
    client = ChatKitClient(Connection(server.url, headers=(("X-Api-Key", token),)), exchanges.append)
    attachment = await client.create_attachment("a.txt", 5, "text/plain")
    assert token not in attachment.model_dump_json()
    await client.upload(attachment, b"hello")
    assert server.calls[1].head.startswith(f"PUT /chatkit/files/1?signed={token} ")
    assert server.calls[1].header("x-upload") == [f"key {token}"]
    await client.delete_attachment(attachment.id)
    assert json.loads(server.calls[2].body)["params"]["attachment_id"] == f"atc_{token}"
    assert not any(token in repr(exchange) + repr(exchange.body) for exchange in exchanges)


async def test_what_a_person_typed_goes_out_as_it_was_typed(backend: StartBackend) -> None:
    token = "opaque-credential-77"

    async def answer(call: Call) -> None:
        await call.answer(b"{}")

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url, headers=(("X-Api-Key", token),)))
    masked = client.connection.secrets.known(token)
    content = [{"type": "input_text", "text": f"What is {masked}?"}]
    params = {"thread_id": masked, "input": {"content": content, "attachments": [masked], "inference_options": {}}}
    await client.raw({"type": "threads.add_user_message", "params": params})
    sent = json.loads(server.calls[0].body)["params"]
    assert sent["input"]["content"] == content
    assert (sent["thread_id"], sent["input"]["attachments"]) == (token, [token])
