"""The time zones to choose from: those named after places, by region, and UTC."""

from collections import defaultdict
from functools import cache
from zoneinfo import available_timezones

REGIONS = (
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip

Choices = list[tuple[str, str | list[tuple[str, str]]]]


def choices(*, and_also: str) -> Choices:
    """As a select takes them, with the one that somebody has already."""
    found = _choices()
    known = {name for _, places in found if not isinstance(places, str) for name, _ in places} | {"UTC"}
    return found if and_also in known else [(and_also, and_also), *found]


@cache
def _choices() -> Choices:
    """Places stand first in their labels, so that typing their first letters finds them."""
    places: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if place and region in REGIONS:
            places[region].append((name, label(place)))
    return [("UTC", "UTC"), *((region, sorted(places[region], key=lambda each: each[1])) for region in REGIONS)]


def label(place: str) -> str:
    """“Argentina/Buenos_Aires” as “Buenos Aires, Argentina”."""
    return ", ".join(reversed(place.replace("_", " ").split("/")))
