"""What tags and attributes have in common: the lock, the limits, and the name of a label."""

from collections.abc import Collection

from customers.lib.errors import ActionError
from customers.lib.names import has_visible_text
from customers.lib.text import can_be_stored
from customers.locks import lock_live
from customers.models import Attribute, Customer, Tag

MAX_NAMES = 1_000
"""How many are added or removed at once."""


class LabelError(ActionError):
    pass


def lock_customer(customer: Customer) -> Customer:
    locked = lock_live(customer.pk)
    if locked.erased_at:
        raise LabelError(f"Nothing was changed: customer {locked.pk} was erased.")
    return locked


def refuse_many(names: Collection[str]) -> None:
    if len(names) > MAX_NAMES:
        raise LabelError(f"Nothing was changed. Use {MAX_NAMES:,} names or fewer at once.")


def checked_name(model: type[Tag] | type[Attribute], name: str) -> str:
    name, longest = name.strip(), model._meta.get_field("name").max_length or 0
    if not has_visible_text(name) or not can_be_stored(name) or len(name) > longest:
        raise LabelError(f"Nothing was changed. Use a name of 1 to {longest} visible characters.")
    return name
