"""Entries of the lists that admins edit."""

from typing import Any, TypeVar

from customers.lib.names import label_key
from customers.models import AccountType, ClosingReason, LeadPhase, ListEntry

Entry = TypeVar("Entry", bound=ListEntry)


def make_entry(model: type[Entry], name: str = "Reseller", **values: Any) -> Entry:
    position = model._default_manager.count()
    return model._default_manager.create(**{"name": name, "word": label_key(name), "position": position, **values})


def one_of_each_list() -> list[ListEntry]:
    reason = make_entry(ClosingReason, "No budget", outcome=ClosingReason.Outcome.LOST)
    return [make_entry(AccountType), make_entry(LeadPhase, "Offer", score=60), reason]
