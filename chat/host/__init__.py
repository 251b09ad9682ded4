"""The host's part: what the page around a widget supplies.

Values by their names in the widget's options (`options/`), as our own parts read them (`settings`), and functions
(`host`).
"""
