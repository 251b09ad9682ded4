"""The page `/compare`: the official widget and our rendering of the same exchanges, side by side."""
