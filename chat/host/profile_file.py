"""
A Python profile: a file of the reader's own, loaded, and loaded again when it changes.

It is code that runs with the reader's rights. It comes from the command line or from the reader's own file of
connections; nothing that a backend says, and nothing that is typed in the page, ever leads to a file being loaded.
"""

from __future__ import annotations

import ast
import asyncio
import hashlib
import linecache
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from chat.exchanges.redaction import is_secret_name
from chat.exchanges.secrets import NONE, Secrets
from chat.listening import Listeners

from .host import HostFailure
from .profile_values import Supplied, supplied_by
from .running import beside, line_in, trace_from

__all__ = ["ProfileFile"]

LOOK_EVERY = 0.5
"""Seconds between two looks at the file."""
PATIENCE = 20.0
"""Seconds that a file may take to be loaded before the workbench goes on without it."""
_LARGEST = 5_000_000


class ProfileFile:
    """
    One file. `supplied` is what its last good version says; `broken` is why the newest one could not be loaded.

    `load` reads it, for `patience` seconds at most: what takes longer, or never ends, is taken when it has, unless
    another version came since. `watch` looks whether it has changed, until it is cancelled.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path.expanduser().absolute()
        self.patience = patience
        self.supplied = Supplied()
        self.broken: HostFailure | None = None
        self.loads = 0
        """How often it was loaded, well or not."""
        self.ever_good = False
        self.secrets: Secrets = NONE
        """What stands in it under a secret's name."""
        self._heard: Listeners[[]] = Listeners()
        self._seen: tuple[int, int] | None = None
        self._late: _Loading | None = None
        """The newest version, while it takes longer than that."""
        self._module = f"workbench_profile_{hashlib.sha256(str(self.path).encode()).hexdigest()[:12]}"

    @property
    def name(self) -> str:
        """The file's name, without its folders."""
        return self.path.name

    @property
    def failures(self) -> tuple[HostFailure, ...]:
        """Why it could not be loaded, and what is wrong with its values."""
        return (*self.supplied.problems, *([self.broken] if self.broken else ()))

    def on_change(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` when it has been loaded; returns what ends that."""
        return self._heard.add(changed)

    def load(self) -> bool:
        """Load it as it is now. Returns whether it could be; if not, what was supplied before stays."""
        self._seen = self._stamp()
        loading = _Loading(self._run)
        if loading.ended.wait(self.patience):
            return self._take(loading)
        self._late = loading
        self.loads += 1
        self.broken = HostFailure(
            "the file",
            f"It has been loading for {self.patience:g} seconds: what it does there takes long, or never ends. "
            "Put that into a function",
            str(self.path),
            loading.line_in(str(self.path)),
        )
        return False

    def _take(self, loading: _Loading) -> bool:
        """Be as that version is, when it is a good one."""
        self._late = None
        if loading.error is not None:
            self.broken = self._failure(loading.error)
        else:
            self.supplied = loading.supplied
            self.broken = None
        self.loads += 1
        self.ever_good = self.ever_good or self.broken is None
        return self.broken is None

    async def look(self) -> bool:
        """Load it when it has changed since, in a thread: what it does when it is loaded may take long. Returns
        whether it was loaded."""
        stamp = self._stamp()
        if stamp is not None and stamp != self._seen:
            await beside(self.load)
        elif self._late is not None and self._late.ended.is_set():
            self._take(self._late)
        else:
            return False
        self._heard.tell()
        return True

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _run(self) -> Supplied:
        """Run the file as it is now."""
        file = str(self.path)
        module = ModuleType(self._module)
        module.__file__ = file
        before = sys.modules.get(self._module)
        try:
            source = self._source()
            tree = ast.parse(source, file)
            # traces show the lines that run, also while another version is on the disk
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
            _find_beside(self.path.parent)
            sys.modules[self._module] = module  # dataclasses look there
            exec(compile(tree, file, "exec", dont_inherit=True), module.__dict__)
            return supplied_by(dict(module.__dict__), file, _lines_of(tree))
        except BaseException:
            if before is not None and sys.modules.get(self._module) is module:  # and no newer version
                sys.modules[self._module] = before
            raise
        finally:
            self.secrets = self.secrets | _secrets_in(dict(module.__dict__))  # of one that fails, too

    def _source(self) -> str:
        if self.path.stat().st_size > _LARGEST:
            raise ValueError(f"the file has more than {_LARGEST:,} bytes")
        return self.path.read_text("utf-8-sig")

    def _failure(self, error: BaseException) -> HostFailure:
        file = str(self.path)
        secrets = self.secrets
        if isinstance(error, OSError) and error.filename == file:
            return HostFailure("the file", f"It cannot be read: {error.strerror or error}", file)
        words = error.msg if isinstance(error, SyntaxError) else str(error)
        message = secrets.text(f"{type(error).__name__}: {words}" if words else type(error).__name__)
        trace = secrets.text(trace_from(error, file))
        return HostFailure("the file", message, file, line_in(error, file), trace)


class _Loading:
    """One version of a file, being run in a thread that nobody waits for when the workbench ends."""

    def __init__(self, run: Callable[[], Supplied]) -> None:
        self._run = run
        self.supplied = Supplied()
        self.error: BaseException | None = None
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="profile", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self.supplied = self._run()
        except BaseException as error:  # whatever it raises, it has ended
            self.error = error
        self.ended.set()

    def line_in(self, file: str) -> int:
        """The line of the file at which it is just now; 0 where that is not known."""
        frame = sys._current_frames().get(self._thread.ident or 0)  # noqa: SLF001 (documented all the same)
        while frame is not None and frame.f_code.co_filename != file:
            frame = frame.f_back
        return frame.f_lineno if frame is not None else 0


def _find_beside(folder: Path) -> None:
    """Modules beside the file can be imported; the workbench's own come first."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _lines_of(tree: ast.Module) -> dict[str, int]:
    """Where each name of the file's own is defined last."""
    lines: dict[str, int] = {}
    below = list(reversed(tree.body))
    while below:
        statement = below.pop()
        for name in _defined(statement):
            lines[name] = statement.lineno
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.For | ast.While):
            below += [one for one in ast.iter_child_nodes(statement) if isinstance(one, ast.stmt)]
    return lines


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _secrets_in(namespace: Mapping[str, Any]) -> Secrets:
    texts = {
        name: value for name, value in namespace.items() if isinstance(value, str) and is_secret_name(name.lower())
    }
    return Secrets.of((), metadata=texts)
