"""The command line: what it accepts, what it refuses and in which words."""

import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from chat.commands.default_group import DefaultGroup
from chat.commands.main import main

ROOT = Path(__file__).parent.parent


def refused(*arguments: str) -> str:
    """What the command line says to arguments it must refuse as wrong usage."""
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 2, result.output
    return result.output


def test_serve_is_the_default_command() -> None:
    assert "--backend" in CliRunner().invoke(main, ["serve", "--help"]).output
    assert "--header belongs to --backend" in refused("--header", "A: b")


@click.group(cls=DefaultGroup, default="open")
def tool() -> None:
    """A tool of two commands."""


@tool.command("open")
@click.option("--port", type=int)
@click.argument("path", required=False)
def open_(port: int | None, path: str | None) -> None:
    click.echo(f"open {port} {path}")


@tool.command("close")
@click.argument("path")
def close(path: str) -> None:
    click.echo(f"close {path}")


@pytest.mark.parametrize(
    ("written", "done"),
    [
        ("", "open None None"),
        ("--port 1", "open 1 None"),
        ("open --port 1 here", "open 1 here"),
        ("here --port 1", "open 1 here"),
        ("close here", "close here"),
        ("close open", "close open"),
    ],
)
def test_what_names_no_command_belongs_to_the_default_one(written: str, done: str) -> None:
    assert CliRunner().invoke(tool, written).output.strip() == done


def test_options_of_the_group_are_its_own_and_the_default_command_leads_the_list() -> None:
    assert CliRunner().invoke(main, ["--version"]).output.startswith("chatkit-workbench, version ")
    listed = CliRunner().invoke(main, ["--help"]).output.split("Commands:")[1].split("\n")
    first, *others = [line.split()[0] for line in listed if line.strip()]
    assert first == "serve"
    assert others == sorted(others)
    assert {"check", "curl", "diff", "explain", "record"} <= set(others)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_an_address_other_machines_can_reach_needs_the_loud_option(host: str) -> None:
    assert "--expose-to-network" in refused("--host", host)


@pytest.mark.parametrize("header", ["Authorization", ": value", "two words: value", "A: b\r\nC: d", "A: naïve"])
def test_a_malformed_header_is_refused(header: str) -> None:
    assert "--header" in refused("--backend", "http://127.0.0.1:1/chatkit", "--header", header)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/x", "http://", "http://host:99999/"])
def test_a_backend_must_be_a_web_address(url: str) -> None:
    assert "--backend wants a web address" in refused("--backend", url)


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(main, ["--port", str(taken.getsockname()[1]), "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "cannot be used" in result.output
    assert "--port" in result.output


def test_a_data_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = CliRunner().invoke(main, ["--data", str(tmp_path / "file" / "data")])
    assert result.exit_code == 1
    assert "--data" in result.output


def test_help_starts_fast_because_it_imports_neither_nicegui_nor_the_agents_sdk() -> None:
    code = "import sys, app; print([name for name in ('nicegui', 'agents', 'chatkit') if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_every_command_and_option_says_what_it_is_for() -> None:
    for name, command in main.commands.items():
        assert command.help, name
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert getattr(parameter, "help", None), f"{name} {parameter.name}"
