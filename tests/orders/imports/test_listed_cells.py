"""Cells that name an entry of a list that admins edit."""

import pytest

from customers.models import AccountType, Customer, LeadPhase
from customers.rebuild import rebuild
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.write import write_chunk
from orders.imports.columns.guess import guess
from orders.models import Import
from orders.totals.add import rebuild_totals
from tests.factories import DataSourceFactory
from tests.factories.lists import make_entry
from tests.orders.imports.files import csv_table
from tests.orders.imports.reading import EXPORTS, read_csv, refusals

pytestmark = pytest.mark.django_db


def test_an_entry_is_found_in_any_spelling_and_an_unknown_one_is_refused():
    reseller, offer = make_entry(AccountType, "Réseller", is_retired=True), make_entry(LeadPhase, "Offer")
    text = "Email,Customer type,Lead phase\na@b.com,reseller,OFFER\nb@b.com,,\n"
    first, second = (row.profile for row in read_csv(text))
    assert (first["account_type"], first["lead_phase"]) == (reseller.pk, offer.pk)
    assert "account_type" not in second
    [refusal] = refusals("Email,Account type\na@b.com,Shop\n")
    assert refusal.startswith("Account type: “Shop” is in no list. Add it in Settings, Sales lists")


def test_exports_of_other_systems_name_phases_and_types_that_no_list_has_before_they_are_read():
    hubspot = f"{(EXPORTS / 'hubspot_contacts.csv').read_text().strip()}\n902,Jan,,j@x.cz{',' * 17}Evangelist,\n"

    def column(text: str, header: str):
        [guessed] = [column for column in guess(csv_table(text)).columns if column.header == header]
        return guessed

    stage = column(hubspot, "Lifecycle Stage")
    assert (stage.target, stage.why) == ("", "There is no lead phase yet. Add some in Settings, Sales lists")
    make_entry(LeadPhase, "Lead")
    stage = column(hubspot, "Lifecycle Stage")
    assert stage.target == "lead_phase"
    assert "Not in Settings, Sales lists: Evangelist. Rows with these are refused" in stage.why
    make_entry(LeadPhase, "Evangelist")
    assert column(hubspot, "Lifecycle Stage").why == "Recognised"
    make_entry(AccountType, "Reseller")
    assert column("Id,Name,BillingStreet,ShippingStreet,Type\n1,Initech,,,Reseller\n", "Type").target == "account_type"


def test_new_customers_get_the_entries_in_their_profile():
    kind, offer = make_entry(AccountType, "Shop"), make_entry(LeadPhase, "Offer")
    shop = DataSourceFactory(name="Shop")
    rows = read_csv("ID,Email,Account type,Lead phase,Lead status\n1,a@b.com,Shop,Offer,New Lead\n")
    write_chunk(
        Import.objects.create(data_source=shop, source_name="Shop", name="a.csv"), shop, IncomingChunk(rows, shop)
    )
    customer = Customer.objects.get()
    assert (customer.account_type, customer.lead_phase, customer.lead_status) == (kind, offer, "new")
    assert [*rebuild(rebuild_totals)] == []
