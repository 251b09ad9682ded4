"""Diagnosis: what is wrong with an exchange, why it matters, what to type instead, and what the official widget does.

examine(exchange)          one finished exchange: findings, the widget's view, the translation
examine_thread(exchanges)  several of one thread, compared with each other
Examination(exchange)      the same while it streams: feed(event), findings(), finish()
translate(exchange)        the ChatKit stream that a foreign one stands for
widget_view(exchange)      what the official widget does with a response
CATALOGUE                  every rule by id, those that need requests of their own included
"""

from typing import TYPE_CHECKING

from chat.on_demand import on_demand

if TYPE_CHECKING:
    from chat.checks.case import ThreadHistory
    from chat.checks.catalogue import CATALOGUE
    from chat.checks.examination import Examination
    from chat.checks.examined import Examined, examine, examine_thread
    from chat.checks.eye import Eye, WidgetView, widget_view
    from chat.checks.findings import Evidence, Finding, Level
    from chat.checks.rules import Rule
    from chat.checks.translation import Translation, translate

__all__ = [
    "CATALOGUE",
    "Evidence",
    "Examination",
    "Examined",
    "Eye",
    "Finding",
    "Level",
    "Rule",
    "ThreadHistory",
    "Translation",
    "WidgetView",
    "examine",
    "examine_thread",
    "translate",
    "widget_view",
]

__getattr__ = on_demand(
    __name__,
    {
        "case": "ThreadHistory",
        "catalogue": "CATALOGUE",
        "examination": "Examination",
        "examined": "Examined examine examine_thread",
        "eye": "Eye WidgetView widget_view",
        "findings": "Evidence Finding Level",
        "rules": "Rule",
        "translation": "Translation translate",
    },
)
