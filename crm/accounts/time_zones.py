"""The time zones to choose from: zones named after places, by region, and UTC."""

from collections import defaultdict
from functools import cache
from operator import itemgetter
from zoneinfo import available_timezones

REGIONS = (
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip

Choices = list[tuple[str, str | list[tuple[str, str]]]]


def choices(*, and_also: str) -> Choices:
    """Choices of a select, including the user's `current` zone."""
    choices = _choices()
    names = {name for _, places in choices if not isinstance(places, str) for name, _ in places} | {"UTC"}
    return choices if and_also in names else [(and_also, and_also), *choices]


@cache
def _choices() -> Choices:
    places: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if place and region in REGIONS:
            places[region].append((name, label(place)))
    return [("UTC", "UTC"), *((region, sorted(places[region], key=itemgetter(1))) for region in REGIONS)]


def label(place: str) -> str:
    """“Argentina/Buenos_Aires” as “Buenos Aires, Argentina”: typing the first letters of a place finds it."""
    return ", ".join(reversed(place.replace("_", " ").split("/")))
