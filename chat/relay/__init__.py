"""What others send to a backend through the workbench: forwarded as it is, recorded, and held where one asks for it."""
