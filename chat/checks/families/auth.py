"""Rules about credentials."""

from __future__ import annotations

import re
from datetime import timedelta

from chat.checks.case import Case
from chat.checks.findings import Hit, Level, excerpt
from chat.checks.rules import DOCUMENT, HEAD, active, rule

_SOON = timedelta(minutes=5)
_MAX_AGE_0 = re.compile(r"max-age=(0|-\d+)\s*(;|$)", re.IGNORECASE)
_NAME_NOTHING = ("threads.list", "attachments.create", "input.transcribe")
_NO_WIDGET = "Nothing is seen of it in the widget."


@rule(
    "auth/expired-token",
    level=Level.NOTE,
    on=HEAD,
    title="The token in use has expired, or is about to",
    expected="a token that is valid for more than 5 minutes",
    why="The next request is refused, in the middle of a conversation.",
    fix="fetch: async (input, init) => fetch(input, {...init, headers: {...init.headers, "
    "Authorization: `Bearer ${await freshToken()}`}})",
    widget="Sends whatever `api.fetch` puts in; when that is refused, the user's message vanishes in silence.",
)
def expired_token(case: Case) -> Hit | None:
    expires = case.exchange.request.token_expires_at
    if expires is None:
        return None
    left = expires - case.exchange.started_at
    if left > _SOON:
        return None
    minutes = left.total_seconds() / 60
    got = (
        f"it expired {-minutes:.0f} minutes before the request"
        if minutes <= 0
        else f"it expires {minutes:.1f} minutes after it"
    )
    return Hit(got, case.place(text=f"exp: {expires.isoformat()}"))


@rule(
    "auth/cookie",
    level=Level.NOTE,
    on=HEAD,
    title="The backend sets a cookie",
    expected="a cookie that comes back from the page with the widget, when users are known by it",
    why="From a page on another origin, a port included, it does not come back: every request is a stranger's, and "
    "after a reload the list of conversations is empty.",
    fix="# only where the page and the backend have different origins. In the backend:\n"
    "app.add_middleware(\n    CORSMiddleware,\n"
    '    allow_origins=["https://your-site.example"],  # by name: "*" is refused with cookies\n'
    "    allow_credentials=True,\n"
    '    allow_methods=["*"],\n'
    '    allow_headers=["*"],\n)\n'
    "# and in the page:\n"
    '# api: {url, domainKey, fetch: (input, init) => fetch(input, {...init, credentials: "include"})}\n'
    '# On another site, not only another origin, the cookie needs samesite="none" and secure=True, and many browsers\n'
    "# refuse it even so: there, better a token in a header.",
    widget="On the page's own origin it sends the cookie back; from another one, a port included, it neither keeps nor "
    "sends it.",
)
def cookie(case: Case) -> Hit | None:
    found: dict[str, str] = {}
    for name, value in case.exchange.headers:
        pair, _, attributes = value.partition(";")
        cookie_name, _, content = pair.strip().partition("=")
        deleted = not content.strip('"') or _MAX_AGE_0.search(attributes)
        if name.lower() == "set-cookie" and cookie_name and not deleted:
            found[cookie_name] = "; ".join(filter(None, (part.strip() for part in attributes.split(";"))))
    if not found:
        return None
    got = ", ".join(f"`{name}`" + (f" ({attributes})" if attributes else "") for name, attributes in found.items())
    return Hit(excerpt(got, 300), case.place(text=got), key=" ".join(found))


@rule(
    "auth/refused",
    level=Level.WARNING,
    on=DOCUMENT,
    title="An operation is refused for want of credentials",
    expected="credentials that the backend takes, in each of the widget's requests",
    why="The user's history stays empty, or the thread does not load, and nobody tells them to sign in.",
    fix="# the page's options of ChatKit put the user's credentials into each request:\n"
    "# api: { url, domainKey, fetch: async (url, options) => fetch(url, { ...options,\n"
    "#   headers: { ...options.headers, Authorization: `Bearer ${await freshToken()}` } }) }",
    widget="Asks once; the page around it is told nothing.",
)
def refused(case: Case) -> Hit | None:
    status = case.exchange.status
    # a 403 for something that is named may be right: it may be another user's
    if case.streaming or case.malformed or not (status == 401 or (status == 403 and case.operation in _NAME_NOTHING)):
        return None
    got = f"{status} {case.exchange.reason}".strip() + f": {excerpt(case.text(1_000), 120)}"
    what = f"`{case.operation}`" if case.operation else "The request"
    return Hit(got, case.whole(), f"{what} is refused with status {status}")


open_ = active(
    "auth/open",
    level=Level.WARNING,
    title="The backend works without the credentials that were given",
    expected="status 401 for a request without credentials",
    why="Anybody who knows the URL reads threads and spends your model budget.",
    fix="""def current_user(request: Request):
    user = verified(request.headers.get("Authorization", ""))  # None where the token is none of yours
    if user is None:
        raise HTTPException(401, "Please sign in.")
    return user

@app.post("/chatkit")
async def chatkit(request: Request, user=Depends(current_user)):
    ...""",
    widget=_NO_WIDGET,
)
garbage_accepted = active(
    "auth/garbage-accepted",
    level=Level.ERROR,
    title="The backend accepts a mangled token",
    expected="status 401 for a token whose signature is wrong",
    why="Anybody can write a token with another user's id in it and read that user's threads.",
    fix='claims = jwt.decode(token, key, algorithms=["HS256"])  # your algorithm; never {"verify_signature": False}',
    widget=_NO_WIDGET,
)
cross_user = active(
    "auth/cross-user",
    level=Level.ERROR,
    title="One user can read another user's thread",
    expected="status 404 for another user's thread",
    why="A thread's id in a link or a log opens a stranger's conversation.",
    fix="""async def load_thread(self, thread_id, context):
    sql = "SELECT json FROM threads WHERE id = :id AND user_id = :user"
    row = await db.fetch_one(sql, {"id": thread_id, "user": context.user_id})
    if row is None:
        raise NotFoundError(thread_id)
    return ThreadMetadata.model_validate_json(row["json"])

async def load_thread_items(self, thread_id, after, limit, order, context):
    await self.load_thread(thread_id, context)  # the same before items are read or a thread is deleted
    ...""",
    widget=_NO_WIDGET,
)
