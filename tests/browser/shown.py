"""A page that is looked at and drawn."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode


@dataclass(frozen=True)
class Shown:
    """A page under the name of its picture; `url_name` says which of our URLs it shows.

    `press` names the button on `path` that leads there, where no address does.
    """

    name: str
    url_name: str
    path: str
    status: int = 200
    signed_in: bool = True
    press: str = ""


def shown(name: str, url_name: str, *args: object, part: str = "", **query: object) -> Shown:
    """`part` is the id of what is to be seen of a long page."""
    path = reverse(url_name, args=args) + (f"?{urlencode(query, doseq=True)}" if query else "")
    return Shown(name, url_name, f"{path}#{part}" if part else path)
