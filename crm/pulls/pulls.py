"""Adding, changing and deleting pulls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from crm.accounts.models import User
from crm.audit import log
from crm.pulls.errors import PullError
from crm.pulls.models import Pull, System
from crm.webhooks.addresses import read_url, resolve
from crm.webhooks.signing import encrypt
from customers.lib.audit import AuditAction
from customers.lib.phrases import isolated
from customers.models import DataSource
from customers.sources import data_sources

ENTERED = ("url", "login", "zone", "every", "source_there")


@dataclass(frozen=True)
class PullAccount:
    """`password` is empty where it is not changed. ChartMogul has a key instead, and no login and time zone."""

    url: str
    password: str
    every: int
    login: str = ""
    zone: str = "UTC"
    source_there: str = ""


@sensitive_variables("account")
@transaction.atomic
def add(account: PullAccount, *, system: System, source: str, since: date | None = None, by: User) -> Pull:
    """For the data source of this name, which is created where there is none. The first run is due at once."""
    resolve(read_url(account.url))
    if not account.password:
        raise PullError(f"Enter the {secret_of(system)}.", "password")
    pull = Pull(system=system, data_source=_source(source, system, by=by), since=since, by=by)
    _fill(pull, account)
    pull.save()
    _note(pull, "added", by=by)
    return pull


@sensitive_variables("account")
@transaction.atomic
def change(pull: Pull, account: PullAccount, *, by: User) -> None:
    """With a new URL the password is entered again, so that nobody sends it elsewhere who does not know it."""
    resolve(read_url(account.url))
    if account.url != pull.url and not account.password:
        secret = secret_of(System(pull.system))
        raise PullError(f"Enter the {secret}: it is not sent to another URL by itself.", "password")
    if pull.system == System.CHARTMOGUL and (account.url, account.source_there) != (pull.url, pull.source_there):
        pull.place, pull.since = {}, None  # its cursors are of another list
    pull.by = by
    _fill(pull, account)
    pull.save(update_fields=[*ENTERED, "encrypted", "next_at", "place", "since", "by"])
    _note(pull, "changed, with a new secret" if account.password else "changed", by=by)


def secret_of(system: System) -> str:
    return "password" if system == System.KONNEKTIVE else "API key"


def _fill(pull: Pull, account: PullAccount) -> None:
    for name in ENTERED:
        setattr(pull, name, getattr(account, name))
    if account.password:
        pull.encrypted = encrypt(account.password)
    pull.next_at = timezone.now() if account.every else None


def _source(name: str, system: System, *, by: User) -> DataSource:
    source = DataSource.objects.filter(name=name).first() or data_sources.create(name, system=system.label, by=by)
    if source.is_staff or data_sources.is_of_login(source.name):
        raise PullError("This data source is filled in another way. Choose another name.", "source")
    if Pull.objects.filter(data_source=source).exists():
        raise PullError("This data source has a pull already. Edit that one, or choose another name.", "source")
    return source


@transaction.atomic
def delete(pull: Pull, *, by: User) -> None:
    """What it brought stays."""
    if Pull.objects.filter(pk=pull.pk).delete()[0]:
        _note(pull, "deleted", by=by)


def _note(pull: Pull, what: str, *, by: User) -> None:
    log.write(AuditAction.PULL, f"Pull into {isolated(pull.data_source.name)}: {what}.", by=by)


def today_of(pull: Pull) -> date:
    return timezone.localdate(timezone=ZoneInfo(pull.zone))


def next_run(pull: Pull) -> datetime | None:
    return timezone.now() + timedelta(hours=pull.every) if pull.every else None
