"""The command line, one module for each command. They start fast: heavy imports wait for the run."""
