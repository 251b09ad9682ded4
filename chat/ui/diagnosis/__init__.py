"""Diagnosis in the page: examinations that run while a stream does, and what is shown of them. No NiceGUI here."""

from chat.ui.diagnosis.live import Counts, Diagnoses, Diagnosis

__all__ = ["Counts", "Diagnoses", "Diagnosis"]
