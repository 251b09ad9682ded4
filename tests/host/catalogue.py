"""A host page for tests: it sets everything that a composer shows, and answers what "@" and "/" ask."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from chat.host.host import Command, CommandChoice, Entity, HostFailure, NoHost
from chat.host.settings import Attachments, Model, Prompt, Settings, Tool

__all__ = ["Catalogue"]

ADA = Entity("u1", "Ada Lovelace", "profile", "People", interactive=True, data={"role": "analyst"})
TAG: Mapping[str, Any] = {"type": "input_tag", "id": "u1", "text": "Ada Lovelace", "data": {}, "group": "People"}


class Catalogue(NoHost):
    """People, documents and orders. "@boom" raises, and "@s" is answered after what is typed next."""

    settings = Settings(
        greeting="What can I look up?",
        placeholder="Ask the catalogue",
        disclaimer="Answers may be wrong: see the [terms](https://terms.example/).",
        prompts=(
            Prompt("Say hello", "Hello there", "confetti"),
            Prompt("About Ada", "About Ada Lovelace", "profile", ({"type": "input_text", "text": "About "}, TAG)),
        ),
        tools=(
            Tool("docs", "Search the documents", "document", "Docs", "Search for…", pinned=True),
            Tool("deep", "Deep research", "atom", "Research", persistent=True),
        ),
        models=(
            Model("fast", "Fast", "Answers at once", default=True),
            Model("slow", "Thorough", "Thinks longer"),
            Model("old", "Legacy", "Is served no longer", disabled=True),
        ),
        attachments=Attachments(
            max_size={"image/*": 1000, "image/png": 100, "*": 2000},
            max_count=3,
            accept={"image/*": [".png", ".jpg"], "text/plain": [".txt"]},
        ),
        dictation=True,
        commands=True,
        entities=True,
    )
    entities = (ADA, Entity("u2", "Grace Hopper", "profile", "People"), Entity("o1", "Order 1042", "cube"))

    def __init__(self) -> None:
        self.failures: Sequence[HostFailure] = ()
        self.later = asyncio.Event()

    async def search_entities(self, query: str) -> Sequence[Entity]:
        self.failures = ()
        if query == "boom":
            self.failures = (HostFailure("search_entities", "KeyError: 'index'", "my_profile.py", 12),)
            return ()
        if query == "s":
            await self.later.wait()
        else:
            self.later.set()
        return [one for one in self.entities if query.lower() in one.title.lower()]

    async def preview_entity(self, entity: Entity) -> Any:
        if not entity.interactive:
            return None
        words = {"type": "Text", "value": f"{entity.title} has written <b>notes</b>"}
        return {"type": "Card", "children": [words, {"type": "Button", "label": "Open"}]}

    async def search_commands(self, query: str) -> Sequence[Command]:
        offered = (
            Command("greet", "Greeting", "Puts in a greeting", "confetti", "Text"),
            Command("cite", "Cite a person", "Asks whom", "profile", "People"),
        )
        return [one for one in offered if query.lower() in one.label.lower()]

    async def choose_command(self, command: Command, query: str) -> CommandChoice:
        if command.id == "greet":
            return CommandChoice(text="Good morning, ")
        if command.id == "cite":
            return CommandChoice(menu=(Command("u1", "Ada Lovelace"), Command("u2", "Grace Hopper")))
        return CommandChoice(entity=Entity(command.id, command.label, "profile", "People", data={"from": "menu"}))
