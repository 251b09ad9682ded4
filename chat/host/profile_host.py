"""
The host that a profile is: a Python file's functions, options of several places, answers that were kept.

A function that raises is told of and counts as one that has not answered, so that the person is asked. Nobody waits for
more than one function at a time, and while one runs, that can be seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chat.client.computed import Added
from chat.errors import BadProfile
from chat.exchanges.secrets import NONE, Secrets
from chat.listening import Listeners

from .always import Always, NothingKept, tool_answer
from .host import NO_ANSWER, Answer, Command, CommandChoice, Entity, HostFailure
from .options_settings import merged, settings_of
from .profile_file import ProfileFile
from .profile_values import Supplied
from .request import Request
from .returned import WrongValue, as_json, choice_of, commands_of, entities_of, headers_of, matching
from .running import line_in, result_of, trace_from
from .settings import Settings

__all__ = ["Layer", "ProfileHost"]

LONG = 10.0
"""Seconds after which a function is said to take long."""
PATIENCE = 30.0
"""Seconds after which a request is not sent, for want of what goes along with it."""
_FAILED = object()


@dataclass(frozen=True)
class Layer:
    """A place where options stand: its name in words, what they are now, and how to hear that they have changed."""

    name: str
    options: Callable[[], Mapping[str, Any]]
    listen: Callable[[Callable[[], None]], Callable[[], None]] = lambda changed: lambda: None


class ProfileHost:
    """
    Implements `Host`. Of `layers`, a later one stands over an earlier one; those in `above` stand over the file's.

    `otherwise` is what is supplied where there is no file. `secrets` are those of the connection, which no failure
    shows. `patience` is how many seconds a request waits for headers and metadata.
    """

    def __init__(
        self,
        layers: Sequence[Layer] = (),
        file: ProfileFile | None = None,
        above: Sequence[Layer] = (),
        *,
        otherwise: Supplied | None = None,
        always: Always | None = None,
        secrets: Callable[[], Secrets] = lambda: NONE,
        patience: float = PATIENCE,
    ) -> None:
        self.file = file
        self._otherwise = otherwise or Supplied()
        self.always: Always = always or NothingKept()
        self._below, self._above = tuple(layers), tuple(above)
        self._secrets = secrets
        self._patience = patience
        self._hangs: dict[str, asyncio.Future[Any]] = {}
        """By their names: functions that were given up, and still run."""
        self._failed: dict[str, HostFailure] = {}
        self._running: dict[int, str] = {}
        self._calls = 0
        self._heard: Listeners[[]] = Listeners()
        for layer in (*self._below, *self._above):
            layer.listen(self._heard.tell)
        if file is not None:
            file.on_change(self._loaded)

    # --- what it is now -----------------------------------------------------------------------------------------------

    @property
    def supplied(self) -> Supplied:
        """What the file says; without one, what is known of the connection without it."""
        return self.file.supplied if self.file is not None else self._otherwise

    @property
    def options(self) -> dict[str, Any]:
        """The widget's options, of all places."""
        below = (layer.options() for layer in self._below)
        return merged(*below, self.supplied.options, *(layer.options() for layer in self._above))

    @property
    def settings(self) -> Settings:
        supplied = self.supplied
        return settings_of(
            self.options,
            answers_entities=bool(supplied.entities) or "search_entities" in supplied.functions,
            answers_commands=bool(supplied.commands) or "search_commands" in supplied.functions,
            image_domains=supplied.image_domains,
            host_buttons=supplied.host_buttons,
        )

    @property
    def failures(self) -> Sequence[HostFailure]:
        of_file = self.file.failures if self.file is not None else ()
        secrets = self._all_secrets()
        return [self._masked(one, secrets) for one in (*of_file, *self._failed.values())]

    @property
    def running(self) -> Sequence[str]:
        """Names of the functions that run now."""
        return tuple(self._running.values())

    def on_change(self, changed: Callable[[], None]) -> Callable[[], None]:
        return self._heard.add(changed)

    # --- what is asked of it ------------------------------------------------------------------------------------------

    async def added(self, operation: str, body: Mapping[str, Any]) -> Added:
        """Headers and metadata for one request, for `chat.client.computed.Computed`. Raises `BadProfile`."""
        headers = await self.headers(operation, body)
        return Added(tuple(headers.items()), await self.metadata(operation, body))

    async def added_outside(self, operation: str, body: Mapping[str, Any]) -> Added:
        """The same for a request whose body is somebody else's, and stays as it is. Raises `BadProfile`."""
        return Added(tuple((await self.headers(operation, body)).items()))

    async def headers(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, str]:
        self._must_be_loaded()
        fixed = dict(self.supplied.headers)
        if "headers" not in self.supplied.functions:
            return fixed
        request, patience = Request(operation, body), self._patience
        value = await self._call(
            "headers", request, read=lambda got: headers_of(got or {}, "headers"), patience=patience
        )
        if value is _FAILED:
            raise self._unsent("headers")
        return dict(value)

    async def metadata(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self._must_be_loaded()
        if "metadata" not in self.supplied.functions:
            return self.supplied.metadata
        value = await self._call("metadata", Request(operation, body), read=_metadata, patience=self._patience)
        if value is _FAILED:
            raise self._unsent("metadata")
        return dict(value)

    async def client_tool(self, name: str, params: Any) -> Answer:
        value = await self._call("on_client_tool", name, params, read=lambda got: _answered(got, "on_client_tool"))
        if value is _FAILED or value is None:
            kept = tool_answer(self.always, name)
            return kept if kept.handled or value is None else self._unanswered("on_client_tool")
        return Answer(True, value, self._by("on_client_tool"))

    async def effect(self, name: str, data: Mapping[str, Any]) -> Answer:
        return await self._told("on_effect", name, data)

    async def action(self, action: Mapping[str, Any], item: Mapping[str, Any]) -> Answer:
        answer = await self._told("on_action", action, item)
        if not answer.handled and str(action.get("type")) in self.always.actions:
            kept = {name: action[name] for name in ("type", "payload") if name in action}
            return Answer(True, kept, "your answer that is kept for it")
        return answer

    async def search_entities(self, query: str) -> Sequence[Entity]:
        supplied = self.supplied
        if "search_entities" in supplied.functions:
            found = await self._call("search_entities", query, read=lambda got: entities_of(got, "search_entities"))
            return () if found is _FAILED else found
        return [one for one in supplied.entities if matching(query, one.title, one.id, one.group)]

    async def preview_entity(self, entity: Entity) -> Any:
        found = await self._call("preview_entity", entity, read=_preview)
        return None if found is _FAILED else found

    async def search_commands(self, query: str) -> Sequence[Command]:
        supplied = self.supplied
        if "search_commands" in supplied.functions:
            found = await self._call("search_commands", query, read=lambda got: commands_of(got, "search_commands"))
            return () if found is _FAILED else found
        return [one for one in supplied.commands if matching(query, one.label, one.id, one.description)]

    async def choose_command(self, command: Command, query: str) -> CommandChoice:
        if "on_command" not in self.supplied.functions:
            return self.supplied.choices.get(command.id, CommandChoice())
        chosen = await self._call("on_command", command, query, read=lambda got: choice_of(got, "on_command"))
        return CommandChoice() if chosen is _FAILED or chosen is None else chosen

    async def press(self, label: str) -> Answer:
        function = self.supplied.presses.get(label)
        if function is None:
            return NO_ANSWER
        where = f"the button “{label}”"
        value = await self._run(where, function, (), lambda got: as_json(got, where))
        return self._unanswered(where) if value is _FAILED else Answer(True, value, self._by(where))

    def always_answer(self, tool: str, result: Any) -> bool:
        self.always.keep_tool(tool, result)
        self._heard.tell()
        return tool in self.always.tools

    def always_send(self, action: str) -> bool:
        self.always.keep_action(action)
        self._heard.tell()
        return action in self.always.actions

    # --- calling ------------------------------------------------------------------------------------------------------

    async def _told(self, name: str, *args: Any) -> Answer:
        """What a function that need not return anything has made of it."""
        if name not in self.supplied.functions:
            return NO_ANSWER
        value = await self._call(name, *args, read=lambda got: got if got is NotImplemented else as_json(got, name))
        if value is _FAILED:
            return self._unanswered(name)
        return NO_ANSWER if value is NotImplemented else Answer(True, value, self._by(name))

    async def _call(self, name: str, *args: Any, read: Callable[[Any], Any], patience: float | None = None) -> Any:
        function = self.supplied.functions.get(name)
        return None if function is None else await self._run(name, function, args, read, patience)

    async def _run(
        self,
        name: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        read: Callable[[Any], Any],
        patience: float | None = None,
    ) -> Any:
        """What the function returned, as `read` reads it; `_FAILED` where that went wrong, which is then told of."""
        self._calls += 1
        call = self._calls
        self._running[call] = name
        slow = asyncio.get_running_loop().call_later(LONG, self._takes_long, call, name)
        try:
            value = read(await self._result(name, function, args, patience))
        except _Hangs as hangs:
            self._fail(name, str(hangs), line=self.supplied.lines.get(name, 0))
            return _FAILED
        except WrongValue as problem:
            self._fail(name, str(problem), line=self.supplied.lines.get(name, 0))
            return _FAILED
        except (Exception, SystemExit) as error:
            file = str(self.file.path) if self.file is not None else ""
            words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self._fail(name, words, line=line_in(error, file), trace=trace_from(error, file))
            return _FAILED
        finally:
            slow.cancel()
            self._running.pop(call, None)
        if self._failed.pop(name, None) is not None:
            self._heard.tell()
        return value

    async def _result(
        self, name: str, function: Callable[..., Any], args: tuple[Any, ...], patience: float | None
    ) -> Any:
        """What the function returned. Raises `_Hangs` where that takes more than `patience` seconds: then it is not
        asked again while it still runs, else everybody would wait anew."""
        if patience is None:
            return await result_of(function, *args)
        if name in self._hangs:
            raise _Hangs("It still has not returned. It is not asked again until it has, or the file is saved.")
        asking = asyncio.ensure_future(result_of(function, *args))
        try:
            done, _ = await asyncio.wait({asking}, timeout=patience)
        except asyncio.CancelledError:
            asking.cancel()
            raise
        if done:
            return asking.result()
        self._hangs[name] = asking
        asking.add_done_callback(lambda late: self._returned(name, late))
        raise _Hangs(f"It has not returned within {patience:g} seconds.")

    def _returned(self, name: str, late: asyncio.Future[Any]) -> None:
        """A function that was given up has returned after all: what it says is for nobody."""
        if self._hangs.get(name) is late:
            del self._hangs[name]
        if not late.cancelled():
            late.exception()

    def _fail(self, name: str, message: str, *, line: int, trace: str = "") -> None:
        self._failed.pop(name, None)  # the newest one stands last
        file = str(self.file.path) if self.file is not None else ""
        self._failed[name] = self._masked(HostFailure(name, message, file, line, trace), self._all_secrets())
        self._heard.tell()

    def _takes_long(self, call: int, name: str) -> None:
        if self._running.get(call) == name:
            line = self.supplied.lines.get(name, 0)
            self._fail(name, f"It has been running for more than {LONG:.0f} seconds.", line=line)

    def _loaded(self) -> None:
        self._failed.clear()  # of another version
        self._hangs.clear()
        self._heard.tell()

    # --- words --------------------------------------------------------------------------------------------------------

    def _must_be_loaded(self) -> None:
        if self.file is not None and not self.file.ever_good and (broken := self.file.broken) is not None:
            where = f"{self.file.name}, line {broken.line}" if broken.line else self.file.name
            raise BadProfile(
                f"{self.file.name} could not be loaded: {self._masked(broken, self._all_secrets()).message}",
                expected="a Python file, whose headers and metadata go with each request",
                advice=f"Mend {where}, and send again: it is loaded as soon as it is saved.",
            )

    def _unsent(self, name: str) -> BadProfile:
        failure = self._failed.get(name) or HostFailure(name, "It failed.")
        file = self.file.name if self.file is not None else "the profile"
        where = f"{file}, line {failure.line}" if failure.line else file
        return BadProfile(
            f"{name} in {file} failed: {failure.message}",
            expected=f"what goes with the request: a dict from {name}(request)",
            advice=f"Mend {where}, and send again: it is loaded as soon as it is saved.",
        )

    def _unanswered(self, name: str) -> Answer:
        return Answer(False, failure=self._failed.get(name))

    def _by(self, name: str) -> str:
        return f"{name} in {self.file.name}" if self.file is not None else name

    def _all_secrets(self) -> Secrets:
        return self._secrets() | (self.file.secrets if self.file is not None else NONE)

    @staticmethod
    def _masked(failure: HostFailure, secrets: Secrets) -> HostFailure:
        return replace(failure, message=secrets.text(failure.message), trace=secrets.text(failure.trace))


class _Hangs(Exception):
    """A function that a request waits for does not return, in words."""


def _metadata(value: Any) -> Mapping[str, Any]:
    value = {} if value is None else as_json(value, "metadata")
    if not isinstance(value, dict):
        raise WrongValue(f"metadata: expected a dict, got {type(value).__name__}.")
    return value


def _answered(value: Any, name: str) -> Any:
    """A result, None where it is left to the person."""
    return None if value is None or value is NotImplemented else as_json(value, name)


def _preview(value: Any) -> Any:
    value = as_json(value, "preview_entity")
    if isinstance(value, dict) and set(value) == {"preview"}:
        value = value["preview"]
    if value is not None and not isinstance(value, dict):
        raise WrongValue(f"preview_entity: expected a widget, or None, got {type(value).__name__}.")
    return value
