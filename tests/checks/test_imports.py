"""The command line must start fast: diagnosis imports neither the user interface nor the Agents SDK."""

import subprocess
import sys


def test_diagnosis_imports_neither_nicegui_nor_the_agents_sdk_nor_the_store():
    heavy = ("nicegui", "agents", "chatkit.server", "sqlite_utils")
    code = f"import sys, chat.checks; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
