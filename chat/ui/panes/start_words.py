"""What the start screen says of a backend: whether it answers, what was asked, what came, and what to do."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup

from chat.checks import Finding, Level
from chat.conversation.blank import fix_html, in_words, prose
from chat.conversation.diagnosis import Counts, Diagnosis
from chat.errors import (
    AnswerError,
    BadConnection,
    InvalidAnswer,
    NotJSON,
    Redirected,
    Refused,
    Rejected,
    Unanswered,
    Unreachable,
    WorkbenchError,
)
from chat.exchanges import Exchange
from chat.exchanges.secrets import bare_url
from chat.hosts import is_this_machine
from chat.rendering.html import action, tag
from chat.rendering.icons import icon

from ..profiles import EMBEDDED, Profile
from ..reaching import Reach

__all__ = ["answers_html", "asking_html", "found_html", "kicker", "trouble_html", "waiting_words"]

_LONGEST = 1_000


def asking_html(profile: Profile) -> str:
    """Somebody has asked, and nothing has come."""
    return str(
        tag("p", tag("span", class_="dot"), "Asking for its threads…", class_="reach-line is-busy")
        + tag("p", profile.shown_url, class_="reach-url")
    )


def answers_html(profile: Profile, reach: Reach) -> str:
    """A backend that answers: where, since when, what was asked, and with which credentials."""
    embedded = profile.id == EMBEDDED
    named = profile.name not in profile.shown_url  # else the name is the address, which stands below
    name = "The demo backend" if embedded else profile.name if named else "The backend"
    facts = [
        f"since {_clock(reach.since)}" if reach.since else "",
        reach.words.rpartition("· ")[2],
        _asked(reach.asked),
        "" if embedded else _credentials(profile),
    ]
    return str(
        tag("p", tag("span", class_="dot"), tag("b", f"{name} answers"), class_="reach-line is-ok")
        + tag("p", profile.shown_url, class_="reach-url", data_testid="whole-address")
        + tag("p", " · ".join(filter(None, facts)), class_="reach-facts")
    )


def _asked(asked: Exchange | None) -> str:
    if asked is None or asked.status is None:
        return ""
    took = f" in {asked.ended_at_ns / 1e6:,.0f} ms" if asked.ended_at_ns is not None else ""
    return f"asked: {asked.request.operation}, {asked.status}{took}"


def _credentials(profile: Profile) -> str:
    names = [name for name, _ in profile.headers]
    names += [f"the cookie {name}" for name in profile.cookies.names]
    _, in_address = bare_url(profile.url)
    names += [f"the address's {name}" for name in in_address]
    if not names:
        return "sent without credentials: none were asked for"
    refused = " (no browser sends to an address with a user name in it: the widget cannot use this one)"
    return f"sent with {', '.join(names)}{refused if '@' in urlsplit(profile.url).netloc else ''}"


def found_html(diagnoses: list[Diagnosis]) -> str:
    """The last findings of these exchanges, in a line."""
    counts = sum((one.counts for one in diagnoses), Counts())
    said = in_words(Counts(counts.errors, counts.warnings))
    if not said:
        number = len(diagnoses)
        answers = "the one answer" if number == 1 else f"the {number} answers"
        return (
            str(tag("p", f"No fault in {answers} so far. A check tries the rest.", class_="reach-found"))
            if number
            else ""
        )
    finding = worst(diagnoses)
    level = "is-error" if counts.errors else "is-warning"
    headline = tag("span", prose(finding.headline), class_="inspected") if finding else None
    return str(
        tag(
            "button",
            tag("i", class_="fi-dot"),
            tag("b", said),
            headline,
            type="button",
            class_=f"reach-found {level}",
            data_testid="last-findings",
            title="Show in the inspector",
            data_action=action("findings"),
        )
    )


def worst(diagnoses: list[Diagnosis]) -> Finding | None:
    """The newest error, else the newest warning."""
    found = [one for diagnosis in reversed(diagnoses) for one in diagnosis.findings]
    for level in (Level.ERROR, Level.WARNING):
        if (one := next((one for one in found if one.level is level), None)) is not None:
            return one
    return None


# --- a backend that does not answer -----------------------------------------------------------------------------------


def kicker(error: WorkbenchError | None) -> tuple[str, str]:
    """What kind of trouble it is, in three words, and its icon."""
    match error:
        case Unreachable() | Unanswered():
            return "The backend does not answer", "unplug"
        case Refused():
            return "The backend wants to know who asks", "key-round"
        case Rejected(status=404 | 405) | NotJSON() | Redirected() | BadConnection():
            return "No ChatKit at this address", "search-x"
        case InvalidAnswer():
            return "The list of threads has faults", "circle-alert"
    return "The backend answers with a failure", "server-crash"


def trouble_html(profile: Profile, reach: Reach, finding: Finding | None) -> str:
    """What was tried, what came, whose fault it is, and what to do."""
    error = reach.error
    if error is None:
        return ""
    said = error.said if isinstance(error, AnswerError) and error.said not in error.got + str(error) else ""
    asked = reach.asked
    when = f" at {asked.started_at.astimezone():%H:%M:%S}" if asked else ""
    inspected = "inspected" if finding is not None else None
    facts = [
        ("Asked", f"one page of threads (threads.list){when}", None),
        ("Expected", error.expected, inspected),
        ("Came", error.got or (asked.failure or "" if asked else ""), inspected),
        ("It said", said, None),
        ("Whose side", error.whose, None),
    ]
    rows = [
        tag(name, content, class_=shown)
        for title, text, shown in facts
        if text
        for name, content in (("dt", title), ("dd", text if len(text) <= _LONGEST else text[:_LONGEST] + "…"))
    ]
    words, picture = kicker(error)
    steps = [tag("li", prose(step)) for step in _steps(profile, error)]
    typed = finding is not None and finding.level is not Level.NOTE and bool(finding.fix) and not reach.silent
    return str(
        tag("p", icon(picture, 15), words, class_="blank-kicker")
        + tag("h2", str(error)[:_LONGEST], class_="blank-headline")
        + tag("p", profile.shown_url, class_="reach-url", data_testid="whole-address")
        + tag("dl", *rows, class_="reach-rows")
        + (tag("div", tag("h3", "What to do"), tag("ul", *steps), class_="reach-steps") if steps else Markup())
        + (
            tag(
                "details",
                tag("summary", "What to type into the backend"),
                fix_html(finding.fix),
                class_="fi-more fi-fix inspected",
            )
            if typed and finding is not None
            else Markup()
        )
    )


def _steps(profile: Profile, error: WorkbenchError) -> list[str]:
    parts = urlsplit(profile.shown_url)
    steps = [error.advice] if error.advice else []
    match error:
        case Unreachable(cause="refused") if parts.hostname and is_this_machine(parts.hostname):
            port = parts.port or (443 if parts.scheme == "https" else 80)
            steps = [
                f"Start the backend, for instance with `uvicorn main:app --port {port}`: this page goes on by itself.",
                "If it runs already, change the address: this is not its port.",
                "If the workbench runs in a container, this address is the container's own.",
            ]
        case Refused():
            steps = ["Type the header that your own page sends, mostly `Authorization: Bearer …`, under Headers."]
        case NotJSON() | Redirected():
            steps.append("Look at the path: most backends mount the server at `/chatkit` or `/api/chatkit`.")
    return list(dict.fromkeys(steps))


def waiting_words(reach: Reach) -> str:
    """What happens by itself."""
    times = "Asked once" if reach.times == 1 else f"Asked {reach.times} times"
    if reach.again_in is not None:
        return f"{times}. Asks for the threads again in {reach.again_in} s: that changes nothing."
    if reach.silent:
        return f"{times}. Asks no more by itself."
    return ""


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"
