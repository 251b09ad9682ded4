"""The demo page's source of exchanges, for every test here; and the page itself as a process for browser tests."""

import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from tests.conftest import free_port
from tests.forking import Forked

DEMO = Path(__file__).parent / "demo.py"


@pytest.fixture(scope="session")
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("inspection_demo", DEMO)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the demo page."""
    log = tmp_path_factory.mktemp("demo") / "log.txt"
    # NiceGUI starts differently when it finds itself under pytest
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with log.open("wb") as output:
        command = ["-m", "tests.ui.inspection.demo", "--port", str(free_port())]
        process = Forked(command, env=environment, stdout=output, stderr=output)
    try:
        yield _wait_until_it_answers(process, log)
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_it_answers(process: Forked, log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text()
        if "http://" in said:
            url = said[said.index("http://") :].split()[0]
            try:
                if httpx.get(f"{url}/healthz", trust_env=False, verify=False).status_code == 200:
                    return url
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    raise RuntimeError(f"The demo page did not come up:\n{log.read_text()}")
