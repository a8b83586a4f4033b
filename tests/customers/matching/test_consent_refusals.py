"""A customer with the email or phone of one who refused: the page and the export warn, and merge nothing."""

import pytest
from django.utils import timezone

from customers.lib.dates import format_day
from customers.matching.consent_refusals import refusals_nearby, refusers_among
from customers.matching.duplicates import duplicates_of
from customers.matching.keys import MOST_SHARING
from customers.matching.not_duplicates import mark_not_duplicates
from customers.models import Customer, IgnoredValue
from customers.search.export_columns import export_rows, short_list
from tests.acts import edit, fresh, merge
from tests.database import reloaded
from tests.exported import rows
from tests.factories import customer_with_order
from tests.query_costs import measured

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "helena@reunite.cz", "+420 241 770 449"
COLUMN = "Refusals with the same email or phone"


def known_by(name: str, **values: str) -> Customer:
    return customer_with_order(first_name=name, external_id=str(Customer.objects.count()), **values)


@pytest.fixture
def refuser() -> Customer:
    """Who refused email, and has not been merged with anybody."""
    return edit(known_by("Helena", email=EMAIL, phone=PHONE), email_opt_in=False)


def warnings(customer: Customer) -> list[str]:
    customer = reloaded(customer)
    shown = refusers_among(customer, duplicates_of(customer))
    return [f"{other.customer.pk}: {other.shared}, refused {other.refused}" for other in shown]


def exported(customer: Customer) -> str:
    return refusals_nearby(fresh(customer))[customer.pk]


TODAY = format_day(timezone.now())


def test_a_new_customer_with_the_email_or_phone_of_one_who_refused_is_warned_about(refuser):
    for values, shared in (
        ({"email": "Helena@reunite.cz"}, "same email"),
        ({"phone": "00420 241 770 449"}, "same phone"),
        ({"email": EMAIL, "phone": PHONE}, "same email and phone"),
    ):
        new = known_by(shared, **values)
        assert warnings(new) == [f"{refuser.pk}: {shared}, refused email on {TODAY}"]
        assert exported(new) == f"customer {refuser.pk} refused email"
    assert warnings(refuser) == []
    assert warnings(known_by("Bea", email="bea@reunite.cz")) == []


def test_only_what_the_customer_has_not_refused_is_warned_about(refuser):
    edit(refuser, sms_contact=False, do_not_sell=True)
    new = edit(known_by("Helena 2", email=EMAIL), email_opt_in=False)
    assert warnings(new) == [f"{refuser.pk}: same email, refused sale of data and SMS on {TODAY}"]
    assert exported(new) == f"customer {refuser.pk} refused sale of data and SMS"
    edit(new, sms_contact=False, do_not_sell=True)
    assert (warnings(new), exported(new)) == ([], "")


def test_a_refusal_counts_from_when_it_was_said_not_from_a_merge(refuser):
    refuser.changes.update(at="2026-01-12T10:00Z")
    kept = known_by("Ada", email="ada@reunite.cz")
    merge(kept, refuser)
    new = known_by("Helena 2", email=EMAIL)
    assert warnings(new) == [f"{kept.pk}: same email, refused email on 12 Jan 2026"]


def test_what_does_not_count_for_matching_does_not_warn(refuser):
    new = known_by("Jan", email=EMAIL)
    mark_not_duplicates(new, refuser, by=None)
    assert (warnings(new), exported(new)) == ([], "")

    other = known_by("Ota", email=EMAIL)
    IgnoredValue.objects.create(kind="email", value=EMAIL)
    assert (warnings(other), exported(other)) == ([], "")


def test_of_a_mailbox_that_too_many_share_only_the_namesake_warns(refuser):
    crowd = [known_by(f"P{n}", email=EMAIL) for n in range(MOST_SHARING)]
    namesake = known_by("Helena", email=EMAIL)
    assert (namesake.last_name, namesake.pk) == (refuser.last_name, refuser.pk + len(crowd) + 1)
    assert (warnings(crowd[0]), exported(crowd[0])) == ([], "")
    assert exported(namesake) == f"customer {refuser.pk} refused email"


def test_the_page_warns_also_who_may_not_merge(as_agent, viewer, client, refuser):
    new = known_by("Helena 2", email=EMAIL)
    client.force_login(viewer)
    for reader in (as_agent, client):
        page = reader.get(new.get_absolute_url()).text
        assert "Refused with the same email or phone." in page
        assert (
            f'<a href="{refuser.get_absolute_url()}">{refuser.name_with_number}</a>: same email, refused email' in page
        )
        assert "Refused with" not in reader.get(refuser.get_absolute_url()).text


def test_the_export_has_a_column_for_it_that_takes_a_few_statements_for_a_whole_batch(refuser):
    with measured() as nobody:
        list(export_rows(short_list([], most=99)))
    new = [known_by(f"New {n}", email=EMAIL) for n in range(3)]
    with measured() as few:
        list(export_rows(short_list([], most=99)))
    new += [known_by(f"Newer {n}", email=EMAIL) for n in range(12)]
    with measured() as many:
        exported_rows = list(export_rows(short_list([], most=99)))
    warned = {row.customer.pk for row in exported_rows if row.refusals == f"customer {refuser.pk} refused email"}
    assert warned == {customer.pk for customer in new}
    assert many.statements == few.statements <= nobody.statements + 4


def test_the_file_says_it_beside_the_consents(as_agent, refuser):
    known_by("Helena 2", email=EMAIL)
    new, old = rows(as_agent, "customers")
    assert (new["Email opt-in"], new[COLUMN]) == ("Not set", f"customer {refuser.pk} refused email")
    assert (old["Email opt-in"], old[COLUMN]) == ("No", "")
