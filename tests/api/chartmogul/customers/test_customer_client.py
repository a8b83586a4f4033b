"""What the published Python client does with customers."""

import chartmogul
import pytest
from chartmogul import Customer as Client

pytestmark = pytest.mark.django_db


def new(config, shop, external_id, **said):
    return Client.create(config, data={"data_source_uuid": shop.uuid, "external_id": external_id, **said}).get()


def test_it_makes_finds_changes_and_deletes_a_customer(config, shop):
    made = new(config, shop, "1", name="John Smith", email="john@example.com", lead_created_at="2015-11-01 00:00:00")
    assert made.lead_created_at.year == 2015
    assert Client.retrieve(config, uuid=made.uuid).get().name == "John Smith"
    changed = Client.modify(config, uuid=made.uuid, data={"city": "Prague", "country": "CZ"}).get()
    assert (changed.address.country, changed.city) == ("Czechia", "Prague")
    assert [entry.uuid for entry in Client.search(config, email="john@example.com").get().entries] == [made.uuid]
    assert Client.destroy(config, uuid=made.uuid).get() is None
    with pytest.raises(chartmogul.APIError, match="404"):
        Client.retrieve(config, uuid=made.uuid).get()


def test_it_pages_through_the_list(config, shop):
    for n in range(3):
        new(config, shop, str(n))
    first = Client.all(config, per_page=2, status="New_Lead").get()
    assert (len(first.entries), first.has_more) == (2, True)
    second = Client.all(config, per_page=2, cursor=first.cursor).get()
    assert ([entry.external_id for entry in second.entries], second.has_more) == (["2"], False)


def test_it_is_told_what_is_wrong(config, shop):
    new(config, shop, "1")
    with pytest.raises(chartmogul.APIError, match="already exists in our system"):
        new(config, shop, "1")
    with pytest.raises(chartmogul.APIError, match="find any customers"):
        Client.search(config, email="nobody@example.com").get()
