"""The merge history as its pages show it."""

from django.urls import reverse

from customers.models import Merge

LIST = reverse("customers:merges")


def made_at(made: Merge, at: str) -> Merge:
    Merge.objects.filter(pk=made.pk).update(created=at)
    return made


def listed(client, **query) -> list[int]:
    """The numbers of the merges on a page, in order."""
    page = client.get(LIST, query).text
    return [int(part.split("/")[0]) for part in page.split('<a href="/merges/')[1:] if part[0].isdigit()]
