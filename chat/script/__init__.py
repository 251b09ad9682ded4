"""Scripts of turns: what a person would do in a thread, written down, and played against a backend.

read_script(text, name)   YAML to a `Script`; what is wrong with it is named with its line
Player(client)            plays one step after the other, and keeps the thread's state as a conversation does
"""

from chat.script.player import CannotPlay, Played, Player
from chat.script.reading import read_script
from chat.script.steps import Script, Step, step_of

__all__ = ["CannotPlay", "Played", "Player", "Script", "Step", "read_script", "step_of"]
