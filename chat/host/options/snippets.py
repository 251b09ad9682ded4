"""The options as code for a page of one's own: the element, or React. Functions are stubs to be filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["SCRIPT_ADDRESS", "element_snippet", "react_snippet"]

SCRIPT_ADDRESS: Final = "https://cdn.platform.openai.com/deployments/chatkit/chatkit.js"
"""Where the widget's loader is. It has no version: the same address serves another build from one day to the next."""

_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")


class _Code(str):
    """JavaScript that stands where JSON would have a value."""

    __slots__ = ()


def element_snippet(options: Mapping[str, Any], url: str) -> str:
    """A page with `<openai-chatkit>` on it, whose backend is at `url`."""
    written = _javascript(_complete(options, url), "    ")
    return f"""<script src="{SCRIPT_ADDRESS}" async></script>

<openai-chatkit id="chat" style="display: block; height: 100vh"></openai-chatkit>

<script type="module">
  await customElements.whenDefined("openai-chatkit");
  const chat = document.getElementById("chat");
  chat.addEventListener("chatkit.error", ({{ detail }}) => console.error(detail.error));
  chat.setOptions({written});
</script>
"""


def react_snippet(options: Mapping[str, Any], url: str) -> str:
    """A component for `@openai/chatkit-react`; the script of `SCRIPT_ADDRESS` has to be in its page, too."""
    written = _javascript({**_complete(options, url), "onError": _Code("({ error }) => console.error(error)")}, "    ")
    return f"""// In the page's head: <script src="{SCRIPT_ADDRESS}" async></script>
import {{ ChatKit, useChatKit }} from "@openai/chatkit-react";

export function Chat() {{
  const {{ control }} = useChatKit({written});
  return <ChatKit control={{control}} style={{{{ height: "100vh" }}}} />;
}}
"""


def _complete(options: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The options with what only a page can give: the address, and stubs of the functions that they want."""
    api = options.get("api")
    api = dict(api) if isinstance(api, Mapping) else {}
    whole: dict[str, Any] = {"api": {"url": url, "domainKey": "local-dev", **api}}
    if _at(options, "composer", "attachments", "enabled") is True and "uploadStrategy" not in api:
        whole["api"]["uploadStrategy"] = {"type": "two_phase"}
    for key, value in options.items():
        if key != "api":
            whole[key] = dict(value) if isinstance(value, Mapping) else value
    header = whole.get("header")
    for name in ("leftAction", "rightAction"):
        if isinstance(header, dict) and isinstance(header.get(name), Mapping):
            header[name] = {**header[name], "onClick": _Code(f"() => {{ /* the {name} was clicked */ }}")}
    if isinstance(entities := whole.get("entities"), dict):
        entities["onTagSearch"] = _Code("async (query) => []")
        entities["onClick"] = _Code("(entity) => {}")
        entities["onRequestPreview"] = _Code("async (entity) => ({ preview: null })")
    if isinstance(commands := whole.get("commands"), dict):
        commands["onSearch"] = _Code("async (query) => []")
        commands["onSelect"] = _Code("async (command) => {}")
    whole["onClientTool"] = _Code("async ({ name, params }) => ({})")
    whole["widgets"] = {"onAction": _Code("async (action, widgetItem) => {}")}
    return whole


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _javascript(value: Any, indent: str) -> str:
    """A value as JavaScript writes it: keys without quotes where they may, and code as it is."""
    if isinstance(value, _Code):
        return str(value)
    if isinstance(value, Mapping):
        return _block("{", "}", (f"{_key(str(k))}: {_javascript(v, indent + '  ')}" for k, v in value.items()), indent)
    if isinstance(value, list | tuple):
        return _block("[", "]", (_javascript(entry, indent + "  ") for entry in value), indent)
    # `</script>` in a text would end the element that holds it
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/").replace("<!--", "<\\!--")


def _block(opening: str, closing: str, entries: Iterator[str], indent: str) -> str:
    lines = [f"{indent}{entry},\n" for entry in entries]
    return f"{opening}\n{''.join(lines)}{indent[:-2]}{closing}" if lines else opening + closing


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name, ensure_ascii=False).replace("</", "<\\/")
