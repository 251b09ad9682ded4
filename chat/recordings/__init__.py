"""
The library of recordings in the data folder: what is kept, for how long, and in which forms it is given out.

Library      the files, and the list of them (`chat.recordings.library`)
Listed       one recording, as the list shows it
Limits       how much is kept, and for how long, of what nobody named or kept by hand
Keeper       writes what passes, while it passes (`chat.recordings.keeper`)
exported(…)  a recording as JSON lines, HAR, curl commands or a report (`chat.recordings.export`)
"""

from chat.recordings.export import FORMS, Exported, exported
from chat.recordings.keeper import Keeper
from chat.recordings.library import Library, NoSuchRecording
from chat.recordings.limits import Limits
from chat.recordings.listed import Listed

__all__ = ["FORMS", "Exported", "Keeper", "Library", "Limits", "Listed", "NoSuchRecording", "exported"]
