"""
A profile for ChatKit Workbench: what the page around the widget does, in Python.

    python app.py --backend http://127.0.0.1:8000/chatkit --profile THIS_FILE
    python app.py check http://127.0.0.1:8000/chatkit --profile THIS_FILE

Everything here is optional: take out what you do not need, and the page asks you instead. The file is loaded again as
soon as you save it. Functions may be `async`. It is your own code and runs with your rights; nothing that a backend or
a web page says ever loads a file.
"""

# What this file is for. With a url, --backend is not needed.
#
# name = "My shop"
# url = "http://127.0.0.1:8000/chatkit"
# as_widget = True                          # send the headers that the official widget sends

# --- what goes with each request --------------------------------------------------------------------------------------


def headers(request):
    """Headers for one request. `request` has `operation`, `body` and `thread_id`.

    A fresh token for each request:

        return {"Authorization": f"Bearer {fresh_token()}", "article-id": "42"}

    Or, where they never change, a value in place of this function: headers = {"Authorization": "Bearer …"}
    Whatever stands in a header is a secret: the workbench shows it nowhere.
    """
    return {}


def metadata(request):
    """What goes into the body's `metadata`."""
    return {}


# --- what the page answers --------------------------------------------------------------------------------------------


def on_client_tool(name, params):
    """The result of a client tool call, as JSON. With None, the page asks you."""
    if name == "get_time_zone":
        return {"time_zone": "Europe/Vienna", "offset": "+01:00"}
    return None


def on_effect(name, data):
    """A client effect has come. What you return is shown beside it."""
    return f"{name} was done"


def on_action(action, item):
    """A widget's action with handler "client". Return an action to send it to the backend as a custom action; with
    NotImplemented, the page asks you."""
    return NotImplemented


# --- "@" and "/" in the composer --------------------------------------------------------------------------------------


def search_entities(query):
    """What "@query" offers. A list of dicts with id and title; icon, group, interactive and data if you like."""
    people = [
        {"id": "ada", "title": "Ada Lovelace", "icon": "user", "group": "People", "data": {"role": "mathematician"}},
        {"id": "grace", "title": "Grace Hopper", "icon": "user", "group": "People", "data": {"role": "admiral"}},
    ]
    return [person for person in people if query.lower() in person["title"].lower()]


def preview_entity(entity):
    """A widget that shows an entity; None where there is none."""
    return {"type": "Card", "children": [{"type": "Title", "value": entity.title}]}


# A command puts a text, an entity or another menu into the composer. For more, write on_command(command, query).
commands = [
    {"id": "hello", "label": "Say hello", "description": "Puts a greeting in", "icon": "sparkle", "text": "Hello!"},
]

# --- what the composer and the first screen show ----------------------------------------------------------------------

greeting = "What can I do for you?"
start_prompts = [
    {"label": "Time zone", "prompt": "Which time zone is my browser in?", "icon": "clock"},
    "What can you do?",
]
disclaimer = "Answers may be wrong. Check what matters."
tools = [{"id": "search", "label": "Search the web", "icon": "search", "pinned": True}]
models = [
    {"id": "fast", "label": "Fast", "default": True},
    {"id": "careful", "label": "Careful", "description": "Takes its time"},
]

# How files are uploaded: "two_phase", or {"direct": "https://files.example/upload"}
upload = "two_phase"

# Hosts from which images may be shown, beside those that a thread allows.
image_domains = []

# --- what stands around the widget on your page -----------------------------------------------------------------------


def reset_cart():
    """What a button does: any function. What it returns is shown."""
    return "The cart is empty"


host_buttons = [
    {"label": "Ask for the weather", "send_user_message": "What is the weather like?"},
    {"label": "Draft a complaint", "set_composer_value": "I am not happy with "},
    {"label": "Refresh", "custom_action": {"type": "refresh", "payload": {}}},
    {"label": "Empty the cart", "call": reset_cart},
]

# Any option of the official widget, by its declared name:
options = {"threadItemActions": {"feedback": True, "retry": True}}
