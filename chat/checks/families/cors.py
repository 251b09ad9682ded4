"""What a browser on another origin needs. These rules need requests of their own."""

from chat.checks.findings import Level
from chat.checks.rules import active

_AROUND = """app = CORSMiddleware(
    app,  # around all of it: app.add_middleware() leaves out the answers to exceptions
    allow_origins=["https://your-site.example"],
    allow_methods=["*"],
    allow_headers=["*"],
)"""

preflight = active(
    "cors/preflight",
    level=Level.ERROR,
    title="The browser's preflight request is refused",
    expected="2xx for OPTIONS, with the origin, POST and the headers in use allowed",
    why="Not one request reaches you: the page says “Failed to fetch” and your logs are empty.",
    fix=_AROUND,
    widget="Its requests fail in the browser before they are sent.",
)
response = active(
    "cors/response",
    level=Level.ERROR,
    title="Answers carry no Access-Control-Allow-Origin",
    expected="the header on every answer, streams and errors included",
    why="The browser throws the answer away, although your logs say 200.",
    fix=_AROUND,
    widget="Sends one POST, is told by the browser that it failed, and shows an error.",
)
wildcard_credentials = active(
    "cors/wildcard-credentials",
    level=Level.WARNING,
    title="Any origin is allowed, with credentials",
    expected="the origins by name when credentials are allowed",
    why="Browsers refuse the combination as soon as cookies are sent; and any site may act for your users.",
    fix=_AROUND.replace("allow_methods", "allow_credentials=True,\n    allow_methods"),
    widget="Works until cookies are sent.",
)
