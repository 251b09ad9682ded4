"""What a person does in a thread, and what is shown of it: turns, transcript, entries, diagnosis. No NiceGUI here."""
