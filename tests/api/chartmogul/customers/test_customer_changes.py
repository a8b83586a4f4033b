"""The list of customers by their last change, for programs that keep a copy."""

import pytest

from customers.models import Customer
from tests.acts import edit, erase, merge, undo
from tests.api.caller import Caller
from tests.api.chartmogul.customers.customer_requests import send
from tests.factories import lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(caller, shop) -> list[Customer]:
    sent = [send(caller, shop, str(n), name=f"{name} Holý") for n, name in enumerate(("Ada", "Eva", "Ida"))]
    return [Customer.objects.get(uuid=shown["uuid"]) for shown in sent]


def read(caller: Caller, cursor: str = "") -> tuple[list[dict], str]:
    """(entries, last cursor)."""
    entries: list[dict] = []
    while True:
        answer = caller.get("customers/changes", per_page=2, **({"cursor": cursor} if cursor else {})).json()
        assert answer.keys() == {"entries", "cursor", "has_more"}
        entries += answer["entries"]
        cursor = answer["cursor"]
        if not answer["has_more"]:
            return entries, cursor


def names(entries: list[dict]) -> list[str | None]:
    return [entry["customer"] and entry["customer"]["name"] for entry in entries]


def test_each_is_listed_as_it_is_now(caller, three):
    entries, _ = read(caller)
    shown = caller.get(f"customers/{three[0].uuid}").json()
    assert [entry["uuid"] for entry in entries] == [customer.uuid for customer in three]
    assert entries[0].keys() == {"uuid", "updated_at", "merged_into_uuid", "erased_at", "customer"}
    assert entries[0]["customer"] == shown
    assert (entries[0]["merged_into_uuid"], entries[0]["erased_at"]) == (None, None)


def test_what_changed_since_the_last_cursor_follows_it(caller, three):
    eva = three[1]
    _, cursor = read(caller)
    assert names(read(caller, cursor)[0]) in ([], ["Ida Holý"])  # what was written beyond the horizon comes again
    edit(eva, company="Acme")
    entries, cursor = read(caller, cursor)
    assert names(entries)[-1] == "Eva Holý"
    assert entries[-1]["customer"]["company"] == "Acme"


def test_who_was_merged_restored_or_erased_is_listed(caller, three):
    ada, eva, ida = three
    _, cursor = read(caller)
    merged = merge(ada, eva)
    entries, cursor = read(caller, cursor)
    customers = {entry["uuid"]: (entry["merged_into_uuid"], entry["customer"] is None) for entry in entries}
    assert (customers[eva.uuid], customers[ada.uuid]) == ((ada.uuid, True), (None, False))
    undo(merged)
    entries, cursor = read(caller, cursor)
    assert {"Ada Holý", "Eva Holý"} <= set(names(entries))
    erase(ida)
    entries, cursor = read(caller, cursor)
    assert (entries[-1]["uuid"], entries[-1]["customer"]) == (ida.uuid, None)
    assert entries[-1]["erased_at"]


def test_a_new_source_record_is_a_change_of_the_customer(caller, shop):
    known = lead("Shop", first_name="Jan", last_name="Holý", email="jan@reunite.cz").record
    _, cursor = read(caller)
    assert lead("Market", first_name="Jan", last_name="Nový", email="jan@reunite.cz").kind == "match"
    entries, _ = read(caller, cursor)
    assert (entries[-1]["uuid"], len(entries[-1]["customer"]["external_ids"])) == (known.customer.uuid, 2)


def test_a_cursor_that_is_none_is_refused(caller):
    assert caller.get("customers/changes", cursor="x").status_code == 400
