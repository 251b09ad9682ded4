"""Which backend is tested: the app itself, in this process. A URL would do as well, or `pytest --chatkit-url URL`."""

import pytest
from backend import app


@pytest.fixture(scope="session")
def chatkit_backend():
    return app


@pytest.fixture(scope="session")
def chatkit_messages():
    return ["What have I to do?"]
