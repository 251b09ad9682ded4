"""Starts the command line of ChatKit Workbench from its source folder, and does nothing else."""

from chat.commands.main import main

if __name__ == "__main__":
    main()
