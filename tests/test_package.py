"""The package as people install it: built from its own source distribution, and tried beside a project of theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, start_workbench

FOLDERS = ("chat", "storage", "assets")
PROJECTS_OWN = ("app.py", "chat/__init__.py", "storage/__init__.py", "assets/__init__.py", "agents.py", "openai.py")
"""What the project beside it has under names that mean something else to the workbench."""
NOT_SOURCES = (".git", ".venv*", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info", "build", "dist")
SEED = ROOT / "tests" / "data" / "seed-attempt-3.txt"


def run(folder: Path, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`, without the settings of the tests' own process."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST_", "OPENAI_"))}
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def built(folder: Path, kind: str, out: Path) -> Path:
    """The distribution of this kind, `sdist` or `wheel`, made of the sources in `folder`."""
    code = f"import sys; from setuptools import build_meta; build_meta.build_{kind}(sys.argv[1])"
    made = run(folder, sys.executable, "-c", code, out)
    assert made.returncode == 0, made.stdout + made.stderr
    return next(out.iterdir())


def environment(folder: Path, *install: str | Path) -> Path:
    """The `bin` of a new environment in `folder` with what pip installs, without a network, and the tests' packages."""
    venv.create(folder, symlinks=True)
    own = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    # They come behind its own, and .pth files in there, of editable installs, are not followed.
    (own / "packages.pth").write_text("\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python")
    added = run(folder, *pip, "install", "--no-index", "--no-deps", *install)
    assert added.returncode == 0, added.stdout + added.stderr
    return folder / "bin"


@dataclass(frozen=True)
class Installed:
    """The distributions, and the `bin` of an environment with the wheel in it."""

    checkout: Path
    sdist: Path
    wheel: Path
    bin: Path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT, folder / "checkout", ignore=shutil.ignore_patterns(*NOT_SOURCES))
    sdist = built(folder / "checkout", "sdist", folder / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    wheel = built(next((folder / "unpacked").iterdir()), "wheel", folder / "wheel")
    return Installed(folder / "checkout", sdist, wheel, environment(folder / "environment", wheel))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with modules of its own, which nobody but itself may import."""
    for name in PROJECTS_OWN:
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"raise RuntimeError('{name} of the project was imported')\n")
    return tmp_path / "project"


def test_installing_adds_one_name(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = {name.partition("/")[0] for name in wheel.namelist()}
    assert names == {"chatkit_workbench", f"{installed.wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"}


def test_the_wheel_holds_every_file_but_the_pictures(installed: Installed) -> None:
    expected = {
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.parent != ROOT / "assets" / "pictures"
    }
    package = {name for name in expected if name.startswith("chat/package/")}
    inside = {Path(name).name for name in package} | (expected - package)
    with zipfile.ZipFile(installed.wheel) as wheel:
        found = {name.partition("/")[2] for name in wheel.namelist() if name.startswith("chatkit_workbench/")}
    assert found == inside


def test_the_source_distribution_is_the_whole_checkout(installed: Installed) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = run(ROOT, "git", "ls-files", "-z").stdout.split("\0")
    with tarfile.open(installed.sdist) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in listed if name and (ROOT / name).exists()} - found == set()


def test_in_the_environment_the_projects_names_stay_the_projects(installed: Installed, project: Path) -> None:
    python = installed.bin / "python"
    for name in ("app", "chat", "storage", "assets"):
        assert f"No module named '{name}'" in run(project.parent, python, "-c", f"import {name}").stderr
        assert "of the project was imported" in run(project, python, "-c", f"import {name}").stderr


def test_importing_the_package_changes_nothing_in_a_backends_own_process(installed: Installed, project: Path) -> None:
    code = "import sys; path = [*sys.path]; import chatkit_workbench; print(sys.path == path, 'chat' in sys.modules)"
    assert run(project, installed.bin / "python", "-c", code).stdout.split() == ["True", "False"]


def test_an_editable_install_adds_one_name_too(installed: Installed, project: Path, tmp_path: Path) -> None:
    binaries = environment(tmp_path / "environment", "--no-build-isolation", "--editable", installed.checkout)
    for name in ("app", "chat", "storage", "assets"):
        assert f"No module named '{name}'" in run(tmp_path, binaries / "python", "-c", f"import {name}").stderr
    for command in ([binaries / "chatkit-workbench"], [binaries / "python", "-m", "chatkit_workbench"]):
        explained = run(project, *command, "explain", SEED, PYTHONPATH=".")
        assert explained.stdout.startswith("ERROR"), explained.stderr


WAYS = {"the command": ["chatkit-workbench"], "python -m": ["python", "-m", "chatkit_workbench"]}


@pytest.mark.parametrize("environment", [{}, {"PYTHONPATH": "."}], ids=["no PYTHONPATH", "PYTHONPATH=."])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_it_works_beside_a_project_that_has_modules_of_the_same_names(
    installed: Installed, project: Path, way: list[str], environment: dict[str, Any]
) -> None:
    command = [str(installed.bin / way[0]), *way[1:]]

    version = run(project, *command, "--version", **environment)
    assert version.stdout.startswith("chatkit-workbench, version "), version.stderr

    explained = run(project, *command, "explain", SEED, **environment)
    assert explained.returncode == 1, explained.stderr
    assert explained.stdout.startswith("ERROR"), explained.stderr


@pytest.mark.parametrize(
    ("way", "environment"),
    [(WAYS["the command"], {"PYTHONPATH": "."}), (WAYS["python -m"], {})],
    ids=["the command", "python -m"],
)
def test_the_server_and_a_check_of_it_work_beside_such_a_project(
    installed: Installed, project: Path, tmp_path: Path, way: list[str], environment: dict[str, Any]
) -> None:
    command = [str(installed.bin / way[0]), *way[1:]]
    running = start_workbench(tmp_path / "data", "--rate", "0", program=command, folder=project, **environment)
    try:
        checked = run(project, *command, "check", f"{running.url}/chatkit", "--only", "lifecycle", **environment)
    finally:
        running.stop()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_pytest_finds_the_plugin_and_the_worked_example_passes(installed: Installed, tmp_path: Path) -> None:
    example = shutil.copytree(ROOT / "docs" / "testing-your-backend", tmp_path / "example")
    tested = run(example, installed.bin / "python", "-m", "pytest", "-q", "-k", "not Conformance")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "7 passed" in tested.stdout
    bare = run(tmp_path, installed.bin / "python", "-X", "importtime", "-c", "import chatkit_workbench.pytest_plugin")
    assert not [name for name in ("uvicorn", "pydantic", "httpx", "nicegui", "chat.") if f" {name}\n" in bare.stderr]
