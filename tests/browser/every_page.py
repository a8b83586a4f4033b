"""Every page there is, as it stands in the demo: what is looked at for accessibility and drawn for the docs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.http import urlencode

from crm.accounts.models import User
from customers import matching
from customers.models import Customer, Merge

PLAIN = ["customers:list", "customers:merges", "accounts:list", "accounts:add"]


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


def pages() -> Iterator[Shown]:
    """Each page; those of one thing show the one of the demo that has most to show."""
    yield Shown("sign-in", "login", reverse("login"), signed_in=False)
    for name in PLAIN:
        yield shown(name.replace("accounts:", "users-").replace("customers:", "").replace("-list", ""), name)
    yield from customer_pages(with_duplicates())
    yield from merge_pages(Merge.objects.filter(undone_at=None).order_by("-pk")[0])
    yield shown("user-edit", "accounts:edit", User.objects.get(username="agent").pk)
    yield replace(shown("not-found", "customers:detail", 10**9), status=404)


def with_duplicates() -> Customer:
    """Whom the pages of one customer show: the one with the same name as in the guide, else the first to merge."""
    customers = Customer.objects.live().order_by("pk")
    counts = matching.duplicate_counts([customer.pk for customer in customers])
    return max(customers, key=lambda customer: (customer.pk in counts, customer.last_name == "Holý", -customer.pk))


def customer_pages(customer: Customer) -> Iterator[Shown]:
    duplicate = matching.duplicates_of(customer)[0].customer
    yield shown("customer", "customers:detail", customer.pk)
    for tab in ("transactions", "fulfillments", "purchases", "memberships", "history", "notes", "sources"):
        yield shown(f"customer-{tab}", "customers:detail", customer.pk, tab=tab, part="rows")
    yield shown("customers-none", "customers:list", q="helna holly")
    yield shown("merge-1", "customers:merge", customer.pk)
    values = shown("merge-2", "customers:merge_values", customer.pk, duplicate=duplicate.pk)
    yield values
    yield replace(values, name="merge-3", url_name="customers:merge_confirm", press="Review merge")


def merge_pages(merge: Merge) -> Iterator[Shown]:
    yield shown("merge", "customers:merge_detail", merge.pk)
    yield shown("merge-undo", "customers:merge_undo", merge.pk)
