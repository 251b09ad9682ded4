"""What starting costs in processor time, measured by the import of the SDK's types: commands, and the workbench."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import psutil

from tests.conftest import ROOT, start_workbench

ROUNDS = 9
COMMANDS = {
    "--help": 0.4,
    "--version": 0.5,
    "check --list": 0.9,
    "curl threads.list http://127.0.0.1:8000/chatkit": 0.9,
    "explain tests/data/good-first-turn.txt": 1.8,
}
"""How much of `import chatkit.types` each may cost: `explain` needs that, pydantic and click with it."""

SERVED = {"python app.py, first page answered": 7.0, "python app.py, embedded backend answered": 11.5}


def cpu_seconds(*arguments: str) -> float:
    """Processor time of one Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def served() -> list[float]:
    """Processor time of a workbench until its first page is answered, and until the embedded backend answers."""
    with tempfile.TemporaryDirectory() as folder:
        running = start_workbench(Path(folder) / "data", as_typed=True)
        process, taken = psutil.Process(running.process.pid), []
        for ask in (("GET", "/", None), ("POST", "/chatkit", {"type": "threads.list", "params": {}})):
            method, path, body = ask
            httpx.request(method, running.url + path, json=body, trust_env=False, verify=False, timeout=60)
            taken.append(sum(process.cpu_times()[:2]))
        running.stop()
    return taken


def run() -> None:
    """The best of several rounds, taken in turn."""
    rows: dict[str, tuple[str, ...]] = {"import chatkit.types": ("-c", "import chatkit.types")}
    rows |= {name: ("app.py", *name.split()) for name in COMMANDS}
    best = dict.fromkeys(rows, float("inf"))
    for _ in range(ROUNDS):
        for name, arguments in rows.items():
            best[name] = min(best[name], cpu_seconds(*arguments))
    for name, seconds in zip(SERVED, map(min, *(served() for _ in range(4))), strict=True):
        best[name] = seconds
    measure = best["import chatkit.types"]
    for name, seconds in best.items():
        print(f"{name:<50} {seconds:.2f} s   {seconds / measure:.2f} of the SDK's types")
    for name, most in (COMMANDS | SERVED).items():
        assert best[name] <= most * measure, f"{name} costs more than {most} of the import of the SDK's types"
