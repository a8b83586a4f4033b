"""Adding, changing and deleting pulls, and asking whether the other system answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from crm.accounts.models import User
from crm.pulls.errors import PullError
from crm.pulls.konnektive.places import first_place
from crm.pulls.konnektive.queries import page_at
from crm.pulls.models import Pull
from crm.webhooks.addresses import read_url, resolve
from crm.webhooks.signing import encrypt
from customers.models import DataSource
from customers.sources import data_sources


@dataclass(frozen=True)
class PullAccount:
    """`password` is empty where it is not changed."""

    url: str
    login: str
    password: str
    zone: str
    every: int


@sensitive_variables("account")
@transaction.atomic
def add(account: PullAccount, *, source: str, since: date, by: User) -> Pull:
    """For the data source of this name, which is created where there is none. The first run is due at once."""
    resolve(read_url(account.url))
    if not account.password:
        raise PullError("Enter the password.", "password")
    pull = Pull(data_source=_source(source, by=by), since=since, by=by)
    _fill(pull, account)
    pull.save()
    return pull


@sensitive_variables("account")
@transaction.atomic
def change(pull: Pull, account: PullAccount, *, by: User) -> None:
    """With a new URL the password is entered again, so that nobody sends it elsewhere who does not know it."""
    resolve(read_url(account.url))
    if account.url != pull.url and not account.password:
        raise PullError("Enter the password: it is not sent to another URL by itself.", "password")
    pull.by = by
    _fill(pull, account)
    pull.save(update_fields=["url", "login", "encrypted", "zone", "every", "next_at", "by"])


def _fill(pull: Pull, account: PullAccount) -> None:
    pull.url, pull.login, pull.zone, pull.every = account.url, account.login, account.zone, account.every
    if account.password:
        pull.encrypted = encrypt(account.password)
    pull.next_at = timezone.now() if account.every else None


def _source(name: str, *, by: User) -> DataSource:
    source = DataSource.objects.filter(name=name).first() or data_sources.create(name, system="Konnektive", by=by)
    if source.is_staff or data_sources.is_of_login(source.name):
        raise PullError("This data source is filled in another way. Choose another name.", "source")
    if Pull.objects.filter(data_source=source).exists():
        raise PullError("This data source has a pull already. Edit that one, or choose another name.", "source")
    return source


def delete(pull: Pull) -> None:
    """What it brought stays."""
    Pull.objects.filter(pk=pull.pk).delete()


def today_of(pull: Pull) -> date:
    return timezone.localdate(timezone=ZoneInfo(pull.zone))


def next_run(pull: Pull) -> datetime | None:
    return timezone.now() + timedelta(hours=pull.every) if pull.every else None


def test(pull: Pull) -> int:
    """How many customers changed today, as the other system says; its refusal is raised."""
    today = today_of(pull)
    return page_at(first_place(today, today), pull, size=1).total
