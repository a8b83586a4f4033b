"""What a data source does not send is taken from its defaults, as if it had sent them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.models import DataSource, MatchKey, SourceRecord
from customers.sources.data_sources import change, latest_change
from orders.intake.leads import complete_lead, update_lead
from orders.intake.order import IncomingOrder, IntakeError
from orders.intake.take import take_order
from tests.acts import rebuild
from tests.database import reloaded
from tests.factories import DataSourceFactory, lead, order, person
from tests.tables import table

pytestmark = pytest.mark.django_db

NATIONAL = {"first_name": "Ida", "last_name": "Holub", "phone": "241 770 449"}
IN_PRAGUE = {"line1": "Rilská 6", "city": "Praha"}


@pytest.fixture
def shop() -> DataSource:
    return DataSourceFactory(name="Shop", default_country="CZ")


def phones_of(record: SourceRecord) -> set[str]:
    return set(MatchKey.objects.filter(source_record=record, kind="phone").values_list("value", flat=True))


def change_country(source: DataSource, country: str) -> None:
    change(source, {"default_country": country}, seen=latest_change(source), by=None)


def test_a_phone_is_read_in_the_country_of_its_data_source(shop):
    czech = lead("Shop", **NATIONAL).record
    assert phones_of(czech) == {"+420241770449"}
    assert lead("Market", **NATIONAL | {"phone": "+420 241 770 449"}).record.customer_id == czech.customer_id


def test_a_country_that_was_sent_is_the_country(shop):
    slovak = lead("Shop", **NATIONAL, country="SK").record
    assert (slovak.country, phones_of(slovak)) == ("SK", {"+421241770449"})


def test_without_a_default_a_phone_is_read_in_the_country_of_the_account_and_no_country_is_written(settings):
    settings.PHONE_DEFAULT_REGION = "CZ"
    placed = order("Market", **NATIONAL, billing_address=IN_PRAGUE).order
    assert phones_of(placed.source_record) == {"+420241770449"}
    assert (placed.source_record.country, placed.billing_address) == ("", IN_PRAGUE)


def test_the_addresses_get_the_country_where_they_have_none(shop):
    to_vienna = {"city": "Wien", "country": "AT"}
    placed = order("Shop", **NATIONAL, billing_address=IN_PRAGUE, shipping_address=to_vienna).order
    assert placed.billing_address == {**IN_PRAGUE, "country": "CZ"}
    assert placed.shipping_address == to_vienna
    assert placed.source_record.customer.billing_address == {**IN_PRAGUE, "country": "CZ"}
    assert order("Shop", first_name="Eva", last_name="Malá", email="eva@reunite.cz").order.shipping_address == {}


def test_a_changed_default_rewrites_nothing_that_came_before(shop):
    before = lead("Shop", **NATIONAL).record
    change_country(shop, "SK")
    after = lead("Shop", **NATIONAL, deduplicate=False).record

    assert (phones_of(before), phones_of(after)) == ({"+420241770449"}, {"+421241770449"})
    assert reloaded(before).country == "CZ"
    assert rebuild() == "Nothing differed."


def test_a_record_from_before_the_default_is_not_read_anew(shop):
    change_country(shop, "")
    known = lead("Shop", external_id="7", **NATIONAL).record
    change_country(shop, "CZ")
    placed = order("Shop", external_id="7", **NATIONAL, billing_address=IN_PRAGUE).order

    assert placed.source_record == known
    assert (reloaded(known).country, phones_of(known)) == ("", set())
    assert placed.billing_address == {**IN_PRAGUE, "country": "CZ"}


def test_what_a_lead_does_not_send_again_is_the_country_that_it_sent(shop):
    sent = IncomingOrder(person("Shop", **NATIONAL, country="SK"), Decimal(0), "USD", status="PARTIAL")
    first = take_order(sent).order
    again = IncomingOrder(person("Shop", phone="241 770 450"), Decimal(0), "USD", status="PARTIAL")
    changed = update_lead(first, again)
    assert phones_of(changed.source_record) == {"+421241770450"}
    complete_lead(changed, again._replace(status="COMPLETE"), by=None, write_more=lambda order: None)
    assert set(SourceRecord.objects.values_list("country", flat=True)) == {"SK"}


def test_an_order_sent_again_after_the_default_changed_is_the_first_one(shop):
    sent = IncomingOrder(person("Shop", **NATIONAL, billing_address=IN_PRAGUE), Decimal(5), "USD", external_id="1")
    first = take_order(sent).order
    change_country(shop, "SK")
    sent = sent._replace(customer=person("Shop", **NATIONAL, billing_address=IN_PRAGUE))
    again = take_order(sent)
    assert (again.is_repeat, again.order) == (True, first)


def test_an_order_of_the_past_has_a_currency_of_its_day():
    assert order("Shop", currency="DEM", at=datetime(1999, 5, 1, tzinfo=UTC), **NATIONAL).order.currency == "DEM"


@table(("currency", "why"), [("DEM", "DEM was in use from"), ("XXX", "Use a currency such as USD")])
def test_a_currency_of_another_time_or_none_is_refused(currency, why):
    with pytest.raises(IntakeError, match=why):
        order("Shop", currency=currency, **NATIONAL)
