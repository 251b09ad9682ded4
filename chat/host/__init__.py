"""The host's part: what the page around a widget supplies. Values by their names in the widget's options, and functions."""
