from customers.erasing.erase import erase_customer
from customers.models import Customer
from customers.profile.edit import edit_profile
from tests.api.chartmogul.customers.customer_keys import EVERYTHING, assert_shaped
from tests.api.chartmogul.customers.customer_requests import send
from tests.tables import table


def test_a_customer_is_changed(caller, shop):
    shown = send(caller, shop, "1", **EVERYTHING)
    said = {
        "name": "Joan of Arc",
        "city": "Orléans",
        "country": "FR",
        "state": None,
        "zip": "",
        "status": "Working_Lead",
        "owner": None,
        "lead_created_at": None,
        "attributes": {"tags": ["vip"], "custom": {"age": 19, "channel": {"value": "X", "source": "y"}, "new": 2.5}},
    }
    response = caller.patch(f"customers/{shown['uuid']}", said)
    assert response.status_code == 200
    changed = response.json()
    assert_shaped(changed)
    assert (changed["name"], changed["email"], changed["company"]) == ("Joan of Arc", "john@example.com", "Initrode")
    assert changed["address"] == {"country": "France", "state": None, "city": "Orléans", "address_zip": None}
    assert (changed["status"], changed["owner"], changed["lead_created_at"]) == ("Working Lead", None, None)
    assert sorted(changed["attributes"]["tags"]) == ["Prio1", "vip"]
    assert changed["attributes"]["custom"] == shown["attributes"]["custom"] | {"age": 19, "channel": "X", "new": 2.5}
    assert caller.get(f"customers/{shown['uuid']}").json() == changed


def test_attributes_are_changed_in_either_form(caller, shop):
    shown = send(caller, shop, "1", name="John Smith")
    custom = [{"type": "Integer", "key": "age", "value": 18}]
    changed = caller.patch(f"customers/{shown['uuid']}", {"attributes": {"custom": custom}}).json()
    assert changed["attributes"]["custom"] == {"age": 18}


@table(
    ("said", "named"),
    [
        ({"name": None, "email": None, "company": None}, "customer"),
        ({"email": "x"}, "email"),
        ({"status": "Past Due"}, "status"),
        ({"attributes": {"custom": {"x": ["list"]}}}, "custom"),
        ({"attributes": {"tags": [" "]}, "name": "Other"}, "attributes"),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(caller, shop, said, named):
    shown = send(caller, shop, "1", name="John Smith")
    response = caller.patch(f"customers/{shown['uuid']}", said)
    assert (response.status_code, *response.json()["errors"]) == (422, named)
    assert caller.get(f"customers/{shown['uuid']}").json() == shown


def test_a_lost_lead_is_an_unqualified_one_and_stays_lost_when_told_back(caller, shop):
    shown = send(caller, shop, "1", name="John Smith")
    Customer.objects.update(lead_status="lost")
    assert caller.get(f"customers/{shown['uuid']}").json()["status"] == "Unqualified Lead"
    caller.patch(f"customers/{shown['uuid']}", {"status": "Unqualified Lead"})
    assert Customer.objects.get().lead_status == "lost"


def test_who_deletes_by_program_has_not_looked_at_anything(caller, shop, monkeypatch):
    """Somebody changes the customer between finding it and deleting it."""
    shown = send(caller, shop, "1", name="John Smith")
    real = erase_customer

    def changed_first(customer, **act):
        edit_profile(customer, {"company": "Initrode"}, version=customer.version, by=None, via="page")
        return real(customer, **act)

    monkeypatch.setattr("crm.api.chartmogul.customers.customers.erase_customer", changed_first)
    assert caller.delete(f"customers/{shown['uuid']}").status_code == 204
    assert Customer.objects.get().erased_at


def test_a_customer_is_deleted_for_good(caller, shop):
    shown = send(caller, shop, "1", name="John Smith")
    assert caller.delete(f"customers/{shown['uuid']}").status_code == 204
    response = caller.get(f"customers/{shown['uuid']}")
    assert (response.status_code, response.json()["message"]) == (404, "This customer was erased")
    send(caller, shop, "1", name="John Smith")
