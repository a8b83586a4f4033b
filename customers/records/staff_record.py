"""A customer's home record: it carries what staff add, and says what the profile says.

So an e-mail or phone that staff typed is matched like any other.
"""

from collections.abc import Collection
from dataclasses import asdict

from customers.lib.identity import Identity, match_keys
from customers.models import Customer, DataSource, SourceRecord, UnmatchedValue
from customers.models.source import IDENTITY_FIELDS
from customers.records import match_keys as keys
from customers.records import shared_values


def identity_of(customer: Customer) -> Identity:
    """Who the profile says the customer is."""
    parts = {name: getattr(customer, name) for name in IDENTITY_FIELDS if name != "country"}
    return Identity(**parts, country=customer.billing_address.get("country", ""))


def staff_record_of(customer: Customer) -> SourceRecord:
    """The home record of the locked `customer`, made when first needed."""
    home = SourceRecord.objects.filter(data_source__name=DataSource.STAFF, external_id=customer.uuid).first()
    return home or _create(customer)


def _create(customer: Customer) -> SourceRecord:
    identity, owner = identity_of(customer), customer.live_root()
    news = shared_values.lock_new({(owner.pk, key) for key in match_keys(identity)})
    home = keys.create_record(
        has_news=bool(news),
        data_source=DataSource.staff(),
        external_id=customer.uuid,
        origin=customer,
        customer=owner,
        **asdict(identity),
    )
    if UnmatchedValue.objects.filter(source_record__origin=customer).exists():
        keys.refresh([home])
    return home


def refresh_staff_records(customers: Collection[Customer]) -> list[str]:
    """Make the home records say what the profiles say; name what did not."""
    profiles = {customer.uuid: identity_of(customer) for customer in customers}
    homes = list(SourceRecord.objects.filter(data_source__name=DataSource.STAFF, external_id__in=profiles))
    wrong = [home for home in homes if home.identity != profiles[str(home.external_id)]]
    for home in wrong:
        for name in IDENTITY_FIELDS:
            setattr(home, name, getattr(profiles[str(home.external_id)], name))
    SourceRecord.objects.bulk_update(wrong, IDENTITY_FIELDS)
    keys.refresh(wrong)
    return [f"identity of home record {home.pk}" for home in wrong]
