"""The command line must start fast: diagnosis imports neither the user interface nor the Agents SDK."""

import subprocess
import sys


def test_diagnosis_imports_neither_nicegui_nor_the_agents_sdk_nor_the_store() -> None:
    heavy = ("nicegui", "agents", "chatkit.server", "sqlite_utils")
    code = f"import sys, chat.checks; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_the_html_report_loads_its_template() -> None:
    code = (
        "import sys; from chat.checks.reports import FORMATS, Report, write; report = Report('x', (), ())\n"
        "for name in sorted(FORMATS, key='html'.__eq__):\n"
        "    assert write(report, name); print(name, 'chat.checks.reports.page' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["text False", "json False", "junit False", "sarif False", "html True"]
