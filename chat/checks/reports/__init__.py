"""Reports: what `explain` and `check` have to say, for people, scripts and build servers.

Report, Check, …      the model (`chat.checks.reports.model`)
explained(…)          the report about exchanges that were examined
write(report, format) the report as text, JSON, JUnit XML, HTML or SARIF
exit_code(report)     what it means for a script
"""

from chat.checks.reports.model import (
    Check,
    ExchangeReport,
    FailOn,
    Meant,
    Report,
    Spoken,
    Status,
    Stopped,
    Summary,
    exit_code,
    failed,
    headline,
    in_order,
    unfailed,
)

__all__ = [
    "Check",
    "ExchangeReport",
    "FailOn",
    "Meant",
    "Report",
    "Spoken",
    "Status",
    "Stopped",
    "Summary",
    "exit_code",
    "failed",
    "headline",
    "in_order",
    "unfailed",
]
