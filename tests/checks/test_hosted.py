"""ChatKit hosted by OpenAI: recognised, and nobody is told to change a route that is not theirs."""

import json

import pytest

from chat.checks import Level
from chat.checks.reports import FORMATS, Report, explained, write
from chat.checks.threads import examine_all
from chat.exchanges.importing import import_exchanges
from tests.exchanges.hars import entry, har

HOSTED = "https://api.openai.com/v1/chatkit/conversation"
SESSIONS = "https://api.openai.com/v1/chatkit/sessions"
CALLED = (("x-request-id", "req_0123456789"),)


def report_of(*entries: object) -> Report:
    imported = import_exchanges(har(*entries), "page.har")
    return explained("page.har", examine_all(imported.exchanges), imported.remarks)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_failure_of_openai_s_is_an_error_and_nothing_of_it_is_to_be_typed(status: int) -> None:
    report = report_of(entry("{}", url=HOSTED, status=status, mime="application/json", response_headers=CALLED))
    failed = report.by_status("failed")
    assert failed[0].level is Level.ERROR
    assert "endpoint/hosted" in {check.id for check in failed}
    for check in failed:
        assert all(line.startswith("#") for line in check.fix.split("\n"))
        assert "no route of yours" in check.fix
        assert "x-request-id: req_0123456789" in check.fix


def test_a_session_alone_is_enough_to_recognise_it() -> None:
    for url in (SESSIONS, "http://localhost:3000/api/create-session"):
        report = report_of(
            entry(
                '{"client_secret": "ek_1", "expires_after": 600}',
                asked={"user": "ada"},
                url=url,
                mime="application/json",
            )
        )
        assert [check.id for check in report.by_status("failed")] == ["endpoint/hosted"]


def test_a_refused_session_is_named_once_with_what_support_asks_for() -> None:
    refused = entry("{}", asked={}, url=SESSIONS, status=400, mime="application/json", response_headers=CALLED)
    report = report_of(refused)
    assert [check.id for check in report.by_status("failed")] == ["page/session"]
    assert "req_0123456789" in report.by_status("failed")[0].fix


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["x-request-id", "openai-request-id"])
def test_what_the_server_calls_a_request_stands_in_every_report(format: str, name: str) -> None:
    written = write(report_of(entry("data: {}\n\n", response_headers=((name, "req_0123456789"),))), format)
    assert f"{name}: req_0123456789" in written
    if format in ("json", "sarif"):
        json.loads(written)
