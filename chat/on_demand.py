"""Packages that are imported piece by piece: a name that a package offers brings its module when it is asked for.

Commands start fast because of it: who needs one name of a package does not wait for what all the others import. It is
PEP 562's `__getattr__`; what type checkers read stands beside it under `TYPE_CHECKING`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["on_demand"]


def on_demand(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """
    The `__getattr__` of `package`. `places` has the names, spaces between them, by the submodule that defines them.

    No name may be that of a submodule: importing that would put the module in its place.
    """
    found_in = {name: module for module, names in places.items() for name in names.split()}

    def get(name: str) -> Any:
        module = found_in.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{module}"), name)
        setattr(sys.modules[package], name, value)  # the next time it is there
        return value

    return get
