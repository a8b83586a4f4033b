"""Merges that somebody is deciding on: kept on the server between two pages, so that no form can alter one.

A draft is a plan as it was shown. What is merged is the plan of a draft or nothing: a form only carries its token
and its fingerprint. A new password is in it as a hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as StoredSession

from customers.merging.plan import Choices, FinalValue, MergePlan, Picked, Typed
from customers.models import Customer

MOST_DRAFTS = 10
KEY = "merge_drafts"

Session = MutableMapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """A plan, and the duplicates' source records that the person deciding was told of."""

    plan: MergePlan
    records: frozenset[int]


def keep(session: Session, plan: MergePlan, records: Collection[int]) -> str:
    """Keep a draft, beside the newest others but those about who was erased; its token."""
    token = secrets.token_urlsafe(12)
    _drop_erased(session)
    kept = dict(list(session.get(KEY, {}).items())[1 - MOST_DRAFTS :])
    session[KEY] = {**kept, token: {"plan": _dumped(plan), "records": sorted(records)}}
    return token


def find(session: Session, token: str, *, survivor: int) -> Draft | None:
    """The draft of a merge into `survivor`; None when there is none, or not any more."""
    if token in session.get(KEY, {}):
        _drop_erased(session)
    data = session.get(KEY, {}).get(token)
    if data is None:
        return None
    plan = _loaded(data["plan"])
    return Draft(plan, frozenset(data["records"])) if plan.survivor_id == survivor else None


def forget(customers: Collection[int]) -> None:
    """Drop the drafts about any of `customers` from every session; those that expired go whole."""
    now = datetime.now(UTC)
    StoredSession.objects.filter(expire_date__lt=now).delete()
    for stored in StoredSession.objects.order_by("pk").iterator():
        if drop(stored.get_decoded(), customers):
            _forget_in(stored.pk, customers)


def _forget_in(key: str, customers: Collection[int]) -> None:
    """Read again under the lock, so that nothing is lost of what its owner's last request wrote."""
    stored = StoredSession.objects.select_for_update().filter(pk=key).first()
    if stored is None:
        return
    session = stored.get_decoded()
    drop(session, customers)
    stored.session_data = SessionStore().encode(session)
    stored.save(update_fields=["session_data"])


def _drop_erased(session: Session) -> None:
    """A request that had begun before somebody was erased may have kept a draft about them after."""
    named = {pk for draft in session.get(KEY, {}).values() for pk in draft["plan"]["ids"]}
    if named:
        drop(session, set(Customer.objects.filter(pk__in=named).exclude(erased_at=None).values_list("pk", flat=True)))


def drop(session: Session, customers: Collection[int]) -> bool:
    """Drop the drafts about any of `customers` from one session; whether there was any."""
    drafts = session.get(KEY, {})
    kept = {token: draft for token, draft in drafts.items() if set(customers).isdisjoint(draft["plan"]["ids"])}
    if len(kept) < len(drafts):
        session[KEY] = kept
    return len(kept) < len(drafts)


def _dumped(plan: MergePlan) -> dict[str, Any]:
    return {
        "ids": plan.ids,
        "versions": plan.versions,
        "finals": {key: [final.value, final.origin] for key, final in plan.finals.items()},
        "credit": {currency: str(amount) for currency, amount in plan.credit.items()},
        "credit_before": {currency: str(amount) for currency, amount in plan.credit_before.items()},
        "picked": {key: choice.customer for key, choice in plan.choices.items() if isinstance(choice, Picked)},
        "typed": {key: choice.value for key, choice in plan.choices.items() if isinstance(choice, Typed)},
    }


def _loaded(data: Mapping[str, Any]) -> MergePlan:
    survivor, *duplicates = data["ids"]
    choices: Choices = {
        **{key: Picked(pk) for key, pk in data["picked"].items()},
        **{key: Typed(value) for key, value in data["typed"].items()},
    }
    return MergePlan(
        survivor_id=survivor,
        duplicate_ids=tuple(duplicates),
        versions=tuple(data["versions"]),
        finals={key: FinalValue(value, origin) for key, (value, origin) in data["finals"].items()},
        credit={currency: Decimal(amount) for currency, amount in data["credit"].items()},
        credit_before={currency: Decimal(amount) for currency, amount in data["credit_before"].items()},
        choices=choices,
    )
