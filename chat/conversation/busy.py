"""What cannot be done now."""

__all__ = ["Busy"]


class Busy(Exception):
    """Something is asked for that cannot be done now, mostly because an answer is still streaming."""
