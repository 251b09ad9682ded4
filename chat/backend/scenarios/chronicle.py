"""Prose by the metre: a survey of the lighthouses of a coast that does not exist.

Every chapter follows from its number, so that any length can be asked for and every run is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

__all__ = ["chapter", "chronicle", "chronicle_of_size"]

_FIRST = ("Cape", "Skerry", "Point", "North", "South", "Old", "Black", "White", "Gull", "Storm", "Salt", "Iron")
_SECOND = (
    *("Tarn", "Vane", "Harrow", "Mallin", "Orrin", "Brae", "Selwick", "Dunmore", "Askel", "Corran", "Fenwick", "Lorn"),
    *("Hallow", "Kestrel", "Marrow", "Thorne", "Wexley", "Ness", "Ravel", "Garrick", "Stour", "Inver", "Peel"),
)
_STONE = ("grey granite", "red sandstone", "white limestone", "brick faced with tar", "cast-iron plates")
_KEEPER_FIRST = ("Agnes", "Tobias", "Marian", "Ewan", "Ruth", "Silas", "Edda", "Jonas", "Ida", "Magnus", "Clara")
_KEEPER_LAST = ("Hale", "Morrow", "Finch", "Strand", "Lindqvist", "Barrow", "Quill", "Teague", "Osborne", "Rowe")
_LENS = ("a first-order lens", "a second-order lens", "a third-order lens", "twelve silvered reflectors")
_FUEL = ("whale oil", "colza oil", "paraffin", "acetylene", "mineral oil")
_WEATHER = ("fog", "a southwesterly gale", "sleet", "an early frost", "driving rain", "a windless heat")
_SHIP = ("barque", "collier", "schooner", "mail packet", "herring drifter", "grain ship")
_CARGO = ("coal", "timber", "wool", "salted herring", "slate", "letters for the islands", "machine parts")
_MODERN = ("an LED the size of a teacup", "a solar lamp on a pole", "a sealed beam lamp", "a xenon flash")

_SITES = (
    "{name} stands on {ground}, {miles} miles from the nearest road. Its tower of {stone} was finished in {built} and "
    "is {height} metres tall, which puts the lantern {plane} metres above high water.",
    "There was nothing at {name} before {built} but {ground} and the birds. In that year a tower of {stone} went up, "
    "{height} metres high, with its light {plane} metres above the sea.",
    "Sailors knew {name} for its {hazard} long before anyone thought of marking it. The tower, {height} metres of "
    "{stone}, was lit for the first time in the autumn of {built}.",
    "The chart of {built} shows {name} as a dot and a question mark. The dot was {ground}; the answer, that same year, "
    "was {height} metres of {stone} with a lantern on top.",
    "Whoever walks to {name} today crosses {ground} on planks. The tower at the end of them is {height} metres of "
    "{stone}, older than it looks: it dates from {built}.",
)
_GROUND = ("a shelf of bare rock", "a grass headland", "a shingle spit", "a half-tide reef", "an island of six acres")
_HAZARD = ("tide race", "sunken ledge", "shifting bar", "blind channel", "overfalls")
_BUILDING = (
    "The work took {years} seasons. Blocks were cut {inland} miles inland, numbered, brought down by cart and landed "
    "whenever the swell allowed, which in the first summer was on {days} days.",
    "It was built in {years} seasons by {men} men who lived in a barrack of timber on iron legs. Each course was laid "
    "dry on the mainland first, so that on the rock nothing had to be cut to fit.",
    "The estimate was {cost} pounds and the bill half as much again, most of it for waiting. Of {years} seasons' work "
    "only {days} days could be spent on the foundation.",
    "A contractor from the south offered {cost} pounds and {years} years, and kept to the first. The stone came from "
    "{inland} miles inland, one cart a day, and every cart is in the ledger.",
    "The foundation swallowed {days} days and a third of the {cost} pounds. After that the courses rose quickly, and "
    "the {men} men on the site had a wager on the date of the last one.",
)
_LIGHTING = (
    "The first lamp burned {fuel} behind {lens} and showed {flashes} every {period} seconds. On a clear night it could "
    "be read by from the harbour wall, or so the harbour said.",
    "It carried {lens}, fed with {fuel}. The character was {flashes} every {period} seconds, kept by a clockwork that "
    "had to be wound every {wind} minutes through the night.",
    "Its signal was {flashes} every {period} seconds. Behind it stood {lens} and a daily allowance of {fuel} that the "
    "keepers measured with a wooden rule and never exceeded without an entry in the book.",
    "From the beginning it showed {flashes} every {period} seconds, which no other light on this coast does. The "
    "apparatus was {lens}; the lamp ate {fuel} at a rate that made the inspectors frown.",
    "Its apparatus, {lens}, came by sea in forty crates, of which thirty-nine arrived. Until the last was replaced it "
    "burned {fuel} behind plain glass; then it began to show {flashes} every {period} seconds.",
)
_FLASHES = ("one white flash", "two quick flashes", "a red flash and a white", "a long flash and a short")
_KEEPING = (
    "{keeper} kept it for {served} years. The logs are plain: wind, sky, ships, and now and then a line that is none "
    'of these. "{entry}" stands under the date of {day} {month}, and nothing follows it for a week.',
    "The best-known of its keepers is {keeper}, who came for one winter and stayed {served} years. {keeper_last} "
    'noted everything, down to the moths in the lantern, and on {day} {month} wrote only: "{entry}"',
    "For {served} years the book is in the hand of {keeper}. It is a careful hand, and it grows larger towards the "
    'end. The entry most visitors ask to see, of {day} {month}, reads: "{entry}"',
    "Nine names are on the board in the entrance, and {keeper} stands there longest, with {served} years. What the "
    'board does not tell is in the log of {day} {month}: "{entry}"',
    "{keeper} arrived with two trunks and a clock, and left {served} years later with the clock. Between the figures "
    'of {day} {month} there is room for a sentence, and it was used: "{entry}"',
)
_ENTRIES = (
    "Lamp lit at the hour. Nothing passed.",
    "Counted the waves again. They are all there.",
    "Relief boat seen, waved, and went home.",
    "Wind fell at four. The quiet woke us both.",
    "A swallow in the lantern. Opened the vent and waited.",
    "Glass cleaned twice. It was the fog that was dirty.",
)
_INCIDENT = (
    "In {event} the {ship} *{vessel}*, carrying {cargo}, lost her way in {weather} and came within {yards} yards of "
    "the rocks before her mate recognised the flash. He is said to have counted it three times to be sure.",
    "The winter of {event} brought {weather} that kept the relief away for {stuck} days. The keepers ate what there "
    "was, burned the furniture last, and did not miss a lighting.",
    "One night in {event}, in {weather}, the {ship} *{vessel}* struck half a mile to the east, with {cargo} on board. "
    "All {crew} of her crew came ashore along a line that the keepers had fired from the gallery.",
    "In {event} the clockwork stopped in {weather}, and the lens was turned by hand from midnight to morning, one "
    "turn every {period} seconds. A passing {ship}, the *{vessel}*, noticed nothing, which was the point.",
    "The *{vessel}*, a {ship} with {cargo}, owes her second life to {event}: held off the rocks in {weather} by a "
    "mate who trusted the light more than the chart, and was right about both.",
)
_VESSEL = ("Provider", "Good Intent", "Marigold", "Halcyon", "Perseverance", "Three Sisters", "Meridian", "Lark")
_TODAY = (
    "Since {auto} nobody lives there. {modern} does the work of three people, and does it well; a technician comes "
    "twice a year and leaves no log.",
    "The last keepers were taken off in {auto}. What shines now is {modern}, with a range of {range} miles, and the "
    "rooms below are let to people who want to hear the sea and nothing else.",
    "It was made automatic in {auto}. {modern} stands where the great lens stood, and the lens itself can be seen in "
    "the museum at the harbour, turning slowly on its bath for schoolchildren.",
    "Electricity reached it late and people left it early, in {auto}. {modern} is all that needs looking after, and "
    "it reports its own failures by telephone, politely, in the middle of the night.",
    "The keepers' garden went wild after {auto}, and the tower did not: {modern} has a range of {range} miles and "
    "no interest in the weather. Swallows have the watch room.",
)
_MONTHS = ("January", "February", "March", "April", "June", "August", "September", "October", "November", "December")
_REMARKS = (
    "What strikes a reader of the accounts is how little was wasted: rope came back as oakum, oil tins as flower pots.",
    "Engineers still visit, and what they look at is not the lamp but the joints of the masonry, which have not moved.",
    "The path up is steep, and the rail is newer than the steps.",
    "None of this was thought remarkable at the time; it was a post like any other, with a uniform and a pension.",
    "The figures are those of the annual returns, and local tradition has larger ones.",
    "Maps of the period disagree about the spelling, and the keepers used whichever fitted the line.",
    "A light is a promise made to people one never meets, as one inspector put it, and then struck it out again.",
    "The stairs are counted differently by everyone who climbs them.",
    "Letters took nine days in summer and were not expected in winter.",
    "There was a goat, of which the accounts say nothing and the letters a great deal.",
    "Fog was worse than any storm, because it gave the keepers nothing to do but listen.",
    "The bell that preceded the horn hangs in the village school.",
    "Paint was issued twice a year, in one colour, and the shade of the railings is a record of the quartermasters.",
    "A barometer from the first winter still hangs on its nail, and is still wrong by the same amount.",
    "The children of the station learned to row before they learned to read.",
    "No keeper here was ever found asleep, or so the only inspector who arrived by night was able to report.",
    "Visitors wrote their names in the lantern with a diamond until somebody thought of offering them a book.",
    "The well gave out in dry years, and rain from the roof was strained through a stocking.",
    "Every spring the windows on the weather side had to be cut free of salt with a knife.",
    "For a time the post included a telescope, the return of which is still outstanding.",
    "On three sides there is sea, and on the fourth an argument about the right of way.",
    "Its drawings survive, and they are better than they needed to be.",
    "The clock in the watch room was set by the light, never the other way round.",
    "Supplies came in barrels, and the barrels became chairs, a cradle and the door of the hen house.",
    "Seals come up on the landing when there is nobody to mind.",
    "It took two people to carry the burner and one to drop it, as a note in the margin has it.",
    "The ledge below is dry for an hour at the spring tides, and people have picnicked there in a hurry.",
    "Moths were swept up by the bucket in August.",
    "A crack from the frost of the first winter was filled with lead, and has been watched ever since.",
    "The assistant's room has the better view and the worse stove.",
    "Gulls learned to open mussels on the gallery, and broke a pane a year.",
    "A lamp was kept in the kitchen window too, for those who came on foot.",
    "Nobody knows why there is a fireplace in the oil store.",
)


def _facts(random: Random) -> dict[str, object]:
    built = random.randint(1815, 1912)
    height = random.randint(9, 46)
    keeper_last = random.choice(_KEEPER_LAST)
    return {
        "stone": random.choice(_STONE),
        "ground": random.choice(_GROUND),
        "hazard": random.choice(_HAZARD),
        "miles": random.randint(2, 19),
        "built": built,
        "height": height,
        "plane": height + random.randint(4, 60),
        "years": random.choice(("two", "three", "four", "five", "six")),
        "inland": random.randint(3, 40),
        "days": random.randint(11, 64),
        "men": random.randint(12, 48),
        "cost": f"{random.randint(9, 88)},{random.randint(0, 9)}00",
        "fuel": random.choice(_FUEL),
        "lens": random.choice(_LENS),
        "flashes": random.choice(_FLASHES),
        "period": random.choice((5, 6, 7.5, 10, 12, 15, 20, 30)),
        "wind": random.randint(25, 90),
        "keeper": f"{random.choice(_KEEPER_FIRST)} {keeper_last}",
        "keeper_last": keeper_last,
        "served": random.randint(6, 34),
        "entry": random.choice(_ENTRIES),
        "day": random.randint(1, 28),
        "month": random.choice(_MONTHS),
        "event": built + random.randint(3, 40),
        "ship": random.choice(_SHIP),
        "vessel": random.choice(_VESSEL),
        "cargo": random.choice(_CARGO),
        "weather": random.choice(_WEATHER),
        "yards": random.randint(40, 400),
        "stuck": random.randint(12, 71),
        "crew": random.choice(("four", "six", "nine", "eleven", "fourteen")),
        "auto": random.randint(1961, 1998),
        "modern": random.choice(_MODERN),
        "range": random.randint(9, 26),
    }


def chapter(number: int) -> str:
    """The chapter on the lighthouse with this number, from 1 on: some 250 words of Markdown with a blank line after."""
    random = Random(number * 7919)
    name = f"{_FIRST[number * 5 % len(_FIRST)]} {_SECOND[number * 7 % len(_SECOND)]}"
    facts = _facts(random) | {"name": name}

    def sentence(variants: tuple[str, ...]) -> str:
        # In turn, each list from another place, so that neighbours do not begin alike.
        text = variants[(number + len(variants[0])) % len(variants)].format(**facts)
        # A sentence may begin with a fact.
        return ". ".join(part[:1].upper() + part[1:] for part in text.split(". "))

    remarks = [_REMARKS[(3 * number + place) % len(_REMARKS)] for place in range(3)]
    paragraphs = [
        f"## {number}. {name}",
        f"{sentence(_SITES)} {sentence(_BUILDING)} {remarks[0]}",
        f"{sentence(_LIGHTING)} {remarks[1]}",
        sentence(_KEEPING),
        sentence(_INCIDENT),
        f"{sentence(_TODAY)} {remarks[2]}",
    ]
    if number % 3 == 0:
        rows = "\n".join(
            f"| {label} | {facts[key]} |"
            for label, key in (("Built", "built"), ("Height, m", "height"), ("Period, s", "period"), ("Fuel", "fuel"))
        )
        paragraphs.insert(3, f"| | {name} |\n|---|---|\n{rows}")
    if number % 4 == 0:
        points = (("Signal", "flashes"), ("Keeper", "keeper"), ("Automatic", "auto"))
        paragraphs.append("\n".join(f"- **{label}:** {facts[key]}" for label, key in points))
    return "\n\n".join(paragraphs) + "\n\n"


_OPENING = """# The lights of the northern coast

*A survey in which the places, people and ships are invented, and the practice of lighthouse keeping is not.*

A lighthouse is a simple machine: a lamp, something that gathers its light, and a height to put them at. All the rest
is people, and the trouble of keeping a small fire alive in a bad place. This survey goes along the coast from the
mouth of the river to the last rock, and says of each light who built it, who kept it and what became of it.

"""

_CLOSING = """## What they have in common

Read one after another, these histories are less about towers than about attention. The optics changed four times in
a century and the fuel five times; what did not change is that someone looked out every night and wrote down what was
there. The machines that do it now are better at lighting, and have nothing to say about it.
"""


def _parts() -> Iterator[str]:
    yield _OPENING
    number = 0
    while True:
        number += 1
        yield chapter(number)


def chronicle(words: int = 3000) -> str:
    """A whole survey of at least so many words."""
    text, written = [], len(_CLOSING.split())
    for part in _parts():
        text.append(part)
        written += len(part.split())
        if written >= words:
            break
    return "".join(text) + _CLOSING


def chronicle_of_size(size: int) -> str:
    """The first `size` bytes of a survey without end, all of it ASCII."""
    text, written = [], 0
    for part in _parts():
        text.append(part)
        written += len(part)
        if written >= size:
            break
    return "".join(text)[:size]
