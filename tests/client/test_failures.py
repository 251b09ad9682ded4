"""When there is no answer: which step failed, in whose hands it is, and what to try."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
from pathlib import Path
from typing import Any, Never

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chat.client import ChatKitClient, Connection
from chat.errors import BadConnection, Unanswered, Unreachable, WorkbenchError
from chat.exchanges import Exchange
from tests.client.conftest import Call, StartBackend


async def failure(connection: Connection, kind: type[WorkbenchError] = Unreachable) -> Any:
    exchanges: list[Exchange] = []
    with pytest.raises(kind) as caught:
        await ChatKitClient(connection, exchanges.append).list_threads()
    (exchange,) = exchanges
    assert caught.value.exchange is exchange
    assert exchange.failure == str(caught.value)
    assert exchange.status is None
    assert exchange.ended_at_ns is not None
    return caught.value


async def test_nothing_listens(unused_port: int) -> None:
    error = await failure(Connection(f"http://127.0.0.1:{unused_port}/chatkit"))
    assert error.cause == "refused"
    assert str(error) == f"Nothing listens on 127.0.0.1:{unused_port}."
    assert "started" in error.advice
    assert error.whose == "your backend"
    assert error.exchange.outcome == "unreachable"
    assert error.exchange.connected_at_ns is None


async def test_nothing_listens_under_a_name_with_two_addresses(unused_port: int) -> None:
    error = await failure(Connection(f"http://localhost:{unused_port}/chatkit"))
    assert error.cause == "refused"


async def test_streams_fail_in_the_same_words(unused_port: int) -> None:
    stream = ChatKitClient(Connection(f"http://127.0.0.1:{unused_port}/chatkit")).retry_after_item("thr", "msg")
    with pytest.raises(Unreachable) as caught:
        await anext(stream)
    assert caught.value.cause == "refused"
    assert stream.exchange.outcome == "unreachable"


async def test_a_name_that_dns_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    # A real query would leave this machine.
    def getaddrinfo(host: str, *args: Any, **kwargs: Any) -> Never:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    error = await failure(Connection("http://chatkit.invalid/chatkit"))
    assert error.cause == "dns"
    assert error.whose == "your request"
    assert "chatkit.invalid" in str(error)


async def test_a_name_that_cannot_be_one() -> None:
    error = await failure(Connection(f"http://{'a' * 70}.invalid/"))
    assert error.cause == "dns"


async def test_a_server_that_does_not_accept_in_time() -> None:
    # A full backlog: the kernel drops further connection attempts, as a firewall does.
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        port = server.getsockname()[1]
        error = await failure(Connection(f"http://127.0.0.1:{port}/", connect_timeout=0.2))
        for filler in fillers:
            filler.close()
    assert error.cause == "timeout"
    assert "0.2 s" in str(error)


async def test_silence_instead_of_an_answer(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.left.wait()

    server = await backend(answer)
    error = await failure(Connection(server.url, read_timeout=0.2), Unanswered)
    assert error.timed_out
    assert error.exchange.outcome == "timeout"
    assert error.exchange.connected_at_ns is not None
    assert len(server.calls) == 1


async def test_closed_without_an_answer_and_not_sent_again(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        return

    server = await backend(answer)
    error = await failure(Connection(server.url), Unanswered)
    assert not error.timed_out
    assert error.exchange.outcome == "unanswered"
    assert len(server.calls) == 1


async def test_reset_without_an_answer(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        call.reset()

    server = await backend(answer)
    error = await failure(Connection(server.url), Unanswered)
    assert error.exchange.outcome == "unanswered"
    assert len(server.calls) == 1


async def test_something_that_is_not_http(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.write(b"220 mail.example ESMTP\r\n\r\n")

    server = await backend(answer)
    error = await failure(Connection(server.url), Unanswered)
    assert "does not speak HTTP" in str(error)
    assert error.exchange.outcome == "garbled"


async def test_https_to_a_plain_server(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"{}")

    server = await asyncio.start_server(lambda _, writer: writer.write(b"HTTP/1.1 400 Bad\r\n\r\n"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    error = await failure(Connection(f"https://127.0.0.1:{port}/"))
    server.close()
    assert error.cause == "tls"
    assert error.whose == "your request"
    assert "http://" in error.advice


def certificate(tmp_path: Path, *, name: str = "127.0.0.1", days: int = 1) -> tuple[Any, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    entry = x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([entry]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = tmp_path / "certificate.pem"
    public.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private = tmp_path / "key.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


async def page(call: Call) -> None:
    await call.answer(b'{"data":[],"has_more":false}')


async def test_a_certificate_nobody_vouches_for(backend: StartBackend, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    server = await backend(page, tls=context)
    error = await failure(Connection(server.url))
    assert error.cause == "tls"
    assert "self-signed" in str(error)
    assert "SSL_CERT_FILE" in error.advice
    assert server.calls == []


async def test_a_certificate_trusted_through_the_environment(
    backend: StartBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    server = await backend(page, tls=context)
    assert (await ChatKitClient(Connection(server.url)).list_threads()).data == []


async def test_a_certificate_for_another_name(
    backend: StartBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate(tmp_path, name="shop.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    server = await backend(page, tls=context)
    error = await failure(Connection(server.url))
    assert "another address" in error.advice


async def test_an_expired_certificate(backend: StartBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, public = certificate(tmp_path, days=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    server = await backend(page, tls=context)
    error = await failure(Connection(server.url))
    assert "expired" in error.advice


async def test_plain_http_to_a_tls_server(backend: StartBackend, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    server = await backend(page, tls=context)
    error = await failure(Connection(server.url.replace("https", "http")), Unanswered)
    assert "https" in error.advice.lower()


async def test_a_proxy_that_is_not_running(unused_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@127.0.0.1:{unused_port}")
    monkeypatch.setenv("http_proxy", f"http://user:secret@127.0.0.1:{unused_port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    error = await failure(Connection("http://backend.invalid/chatkit"))
    assert error.cause == "proxy"
    assert str(unused_port) in str(error)
    assert "secret" not in str(error)


async def test_an_instance_of_a_url_that_is_none() -> None:
    with pytest.raises(BadConnection):
        Connection("127.0.0.1:8000/chatkit")
