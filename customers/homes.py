"""A customer's home record: it carries what staff add, and says what the profile says.

So an e-mail or phone that staff typed is matched like any other.
"""

from collections.abc import Collection

from customers import keys
from customers.identity import Identity
from customers.models import Customer, DataSource, SourceRecord
from customers.models.source import IDENTITY_FIELDS


def identity_of(customer: Customer) -> Identity:
    """Who the profile says the customer is."""
    parts = {name: getattr(customer, name) for name in IDENTITY_FIELDS if name != "country"}
    return Identity(**parts, country=customer.billing_address.get("country", ""))


def home_of(customer: Customer) -> SourceRecord:
    """The home record of the locked `customer`, made when first needed."""
    home, is_new = SourceRecord.objects.get_or_create(
        data_source=DataSource.staff(),
        external_id=customer.uuid,
        defaults={"origin": customer, "customer": customer.live_root()},
    )
    if is_new:
        refresh([customer])
    return home


def refresh(customers: Collection[Customer]) -> list[str]:
    """Make the home records say what the profiles say; name what did not."""
    profiles = {customer.uuid: identity_of(customer) for customer in customers}
    homes = list(SourceRecord.objects.filter(data_source__name=DataSource.STAFF, external_id__in=profiles))
    differed = [f"identity of home record {h.pk}" for h in homes if h.identity != profiles[str(h.external_id)]]
    for home in homes:
        for name in IDENTITY_FIELDS:
            setattr(home, name, getattr(profiles[str(home.external_id)], name))
    if differed:
        SourceRecord.objects.bulk_update(homes, IDENTITY_FIELDS)
    return differed + keys.refresh(homes)
