"""The commands of the command line beside `serve`, one module each. They start fast: heavy imports wait for the run."""
