"""Runs the benchmarks: `make bench`, or `make bench ARGS=fold` for one of them."""

import importlib
import pkgutil
import sys
from pathlib import Path


def main(wanted: list[str]) -> None:
    names = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "__main__"]
    unknown = set(wanted) - set(names)
    if unknown:
        sys.exit(f"No benchmark named {', '.join(sorted(unknown))}. There are: {', '.join(names)}.")
    for name in wanted or names:
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "run"):
            print(f"\n== {name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
            module.run()


main(sys.argv[1:])
