"""The panes of the page: threads, connection, composer, inspector."""
