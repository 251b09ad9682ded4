"""Reports: what `explain` and `check` have to say, for people, scripts and build servers.

Report, Check, …        the model (`chat.checks.reports.model`)
explained(…)            the report about exchanges that were examined
passive_checks(…)       the checks of the rules that judge exchanges as they are
exchange_report(…)      one exchange, as reports show it
write(report, format)   the report as text, JSON, JUnit XML, HTML or SARIF, without secrets
exit_code(report)       what it means for a script
"""

from chat.checks.reports.making import exchange_report, explained, passive_checks
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
from chat.checks.reports.writing import FORMATS, write

__all__ = [
    "FORMATS",
    "Check",
    "ExchangeReport",
    "FailOn",
    "Meant",
    "Report",
    "Spoken",
    "Status",
    "Stopped",
    "Summary",
    "exchange_report",
    "exit_code",
    "explained",
    "failed",
    "headline",
    "in_order",
    "passive_checks",
    "unfailed",
    "write",
]
