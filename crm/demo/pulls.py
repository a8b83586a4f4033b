"""A pull of a made-up account, which runs by hand only, so that nobody is asked."""

from datetime import date

from crm.accounts.models import User
from crm.pulls.models import Pull
from crm.webhooks.signing import encrypt
from customers.models import DataSource


def add_pull(source: DataSource, *, today: date, by: User) -> None:
    Pull.objects.create(
        data_source=source,
        url="https://api.marketplace.example/konnektive",
        login="reunite",
        encrypted=encrypt("made up"),
        zone="America/New_York",
        since=today,
        every=0,
        by=by,
    )
