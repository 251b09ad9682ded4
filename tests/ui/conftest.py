"""A conversation with a backend that says what the test wants, for every test here."""

from tests.conversation.conftest import backend as backend
from tests.conversation.conftest import conversation as conversation
