"""What the commands cost that send nothing, in processor time, measured by the import of the SDK's types alone."""

import resource
import subprocess
import sys

from tests.conftest import ROOT

ROUNDS = 9
COMMANDS = {
    "--help": 0.4,
    "--version": 0.5,
    "check --list": 0.9,
    "curl threads.list http://127.0.0.1:8000/chatkit": 0.9,
    "explain tests/data/good-first-turn.txt": 1.8,
}
"""How much of `import chatkit.types` each may cost: `explain` needs that, pydantic and click with it."""


def cpu_seconds(*arguments: str) -> float:
    """Processor time of one Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run() -> None:
    """The best of several rounds, taken in turn."""
    rows: dict[str, tuple[str, ...]] = {"import chatkit.types": ("-c", "import chatkit.types")}
    rows |= {name: ("app.py", *name.split()) for name in COMMANDS}
    best = dict.fromkeys(rows, float("inf"))
    for _ in range(ROUNDS):
        for name, arguments in rows.items():
            best[name] = min(best[name], cpu_seconds(*arguments))
    measure = best["import chatkit.types"]
    for name, seconds in best.items():
        print(f"{name:<50} {seconds:.2f} s   {seconds / measure:.2f} of the SDK's types")
    for name, most in COMMANDS.items():
        assert best[name] <= most * measure, f"{name} costs more than {most} of the import of the SDK's types"
