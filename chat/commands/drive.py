"""`drive`: what the pytest plugin starts, to play and compare in a process of its own. Nothing for people."""

from __future__ import annotations

import os
import sys

import click

__all__ = ["drive"]


@click.command(hidden=True)
def drive() -> None:
    """Answer the pytest plugin's requests, JSON lines on standard input."""
    import asyncio

    from chat.script.driver import drive as answer

    # what anything prints must not stand among the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with open(sys.stdin.fileno(), encoding="utf-8", closefd=False) as lines, answers:
        asyncio.run(answer(lines, answers))
