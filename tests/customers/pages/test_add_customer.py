"""Adding a customer or lead by hand, and being told who is there already."""

from uuid import uuid4

import pytest

from customers.engagement import notes
from customers.matching.duplicates import duplicates_of
from customers.models import Customer, HistoryEntry, Note
from customers.pages.add_customer import add_customer
from tests.factories import customer_with_order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db
URL = "/customers/add/"


def typed(**fields):
    return {"first_name": "Jan", "last_name": "Novák", "tax_exempt": "no", "token": str(uuid4()), **fields}


def test_the_form_has_every_field_that_somebody_new_can_have(as_agent):
    page = as_agent.get(URL).text
    for name in ("website", "billing_address-postal_code", "shipping-same", "do_not_sell", "custom5", "note"):
        assert f'name="{name}"' in page
    for name in ("cart_login", "pay_source", "cart_password"):
        assert f'name="{name}"' not in page


def test_a_lead_is_added_with_all_that_was_typed(as_agent, agent):
    data = typed(
        email="Jan@EXAMPLE.org",
        lead_status="qualified",
        email_opt_in="yes",
        note="Met at the fair.",
        **{"billing_address-city": "Brno", "billing_address-country": "CZ", "shipping_address-city": "Praha"},
    )
    response = as_agent.post(URL, data, follow=True)

    jan = Customer.objects.get()
    assert (jan.name, jan.email, jan.get_lead_status_display(), jan.email_opt_in) == (
        "Jan Novák",
        "Jan@example.org",
        "Qualified Lead",
        True,
    )
    assert (jan.billing_address, jan.shipping_address) == ({"city": "Brno", "country": "CZ"}, {"city": "Praha"})
    assert Note.objects.get().by == HistoryEntry.objects.get().by == agent
    assert HistoryEntry.objects.get().text == "Lead added manually."
    assert response.redirect_chain == [(f"/customers/{jan.pk}/", 302)]
    assert f"Jan Novák ({jan.pk}) was added." in response.text


def test_the_first_note_is_stored_like_any_other_note(as_agent):
    as_agent.post(URL, typed(note=" Met at\r\nthe fair. "))

    assert Note.objects.get().text == "Met at\nthe fair."


def test_a_first_note_that_the_rule_refuses_is_shown_at_the_field_and_nothing_is_added(as_agent, monkeypatch):
    monkeypatch.setattr(notes, "LONGEST_NOTE", 3)
    response = as_agent.post(URL, typed(note="Called."))

    assert response.status_code == 422
    assert "Use 3 characters or fewer. This has 7." in response.text
    assert "Called.</textarea>" in response.text
    assert not Customer.objects.exists()


def test_same_as_billing_wins_over_what_stands_below_it(as_agent):
    as_agent.post(URL, typed(**{"shipping-same": "on", "shipping_address-city": "Praha"}))

    assert Customer.objects.get().shipping_address == {}


def test_who_is_added_is_recognised_at_once(as_agent):
    as_agent.post(URL, typed(phone="+420 241 770 449"))
    later = customer_with_order(first_name="Petr", last_name="Jiný", phone="00420 241 770 449", country="CZ")

    assert [c.customer for c in duplicates_of(later)] == [Customer.objects.get(first_name="Jan")]


def test_who_is_known_already_is_shown_first_and_added_only_anyway(as_agent):
    helena = customer_with_order(email="hholy@gmail.com", phone="+420 241 770 449")
    data = typed(email="HHOLY@gmail.com", phone="+420241770449")
    response = as_agent.post(URL, data)

    assert response.status_code == 422
    assert f"Helena Holý ({helena.pk}) has the same email and phone." in response.text
    assert f'href="/customers/{helena.pk}/"' in response.text
    assert 'value="HHOLY@gmail.com"' in response.text
    assert Customer.objects.count() == 1
    assert as_agent.post(URL, {**data, "anyway": str(helena.pk)}).status_code == 302
    assert Customer.objects.count() == 2


def test_somebody_who_came_meanwhile_is_shown_too(as_agent):
    first = customer_with_order(email="hholy@gmail.com")
    second = customer_with_order(email="hholy@gmail.com", first_name="Hana")
    response = as_agent.post(URL, typed(email="hholy@gmail.com", anyway=str(first.pk)))

    assert response.status_code == 422
    assert f"Hana Holý ({second.pk}) has the same email." in response.text


def test_who_says_to_have_seen_a_number_of_any_length_has_seen_nobody(as_agent):
    customer_with_order(email="hholy@gmail.com")

    assert as_agent.post(URL, typed(email="hholy@gmail.com", anyway="9" * 5000)).status_code == 422


def test_a_placeholder_is_nobodys(as_agent):
    customer_with_order(email="none@none.com")

    assert as_agent.post(URL, typed(email="none@none.com")).status_code == 302


def test_a_form_sent_twice_adds_one(as_agent):
    data = typed(email="jan@example.org")
    as_agent.post(URL, data)
    response = as_agent.post(URL, data, follow=True)

    assert Customer.objects.count() == 1
    assert "was already added with this form." in response.text


def test_a_token_of_no_form_is_no_reason_to_refuse(as_agent):
    assert as_agent.post(URL, typed(token="nonsense")).status_code == 302


@table(
    ("wrong", "said"),
    [
        ({"email": "no email"}, "Enter an email such as name@example.com."),
        ({"first_name": "N" * 101}, "Use 100 characters or fewer. This has 101."),
        ({"billing_address-city": "N" * 121}, "Use 120 characters or fewer. This has 121."),
        ({"company": "a\x00b"}, "Null characters are not allowed."),
        ({"lead_status": "boss"}, "Select one of the listed options."),
        ({"tax_exempt": ""}, "Select one of the listed options."),
        ({"first_name": " ", "last_name": ""}, "Not added. Enter a name, company, email or phone."),
    ],
)
def test_what_cannot_be_stored_is_refused_and_kept_as_typed(wrong, said, as_agent):
    response = as_agent.post(URL, typed(**{"custom1": "gold", **wrong}))

    assert response.status_code == 422
    assert said in response.text
    assert 'value="gold"' in response.text
    assert not Customer.objects.exists()


def test_who_may_not_add_is_told_what_is_missing(viewer):
    client = signed_in(viewer)

    assert "You need the permission “Can add customers”." in client.post(URL, typed()).text
    assert "/customers/add/" not in client.get("/customers/").text
    assert not Customer.objects.exists()


def test_the_list_leads_to_it(as_agent):
    assert as_agent.get("/customers/").text.count('href="/customers/add/"') == 2


def test_two_at_one_moment_with_one_form_add_one(run_together, agent):
    uuid = f"cus_{uuid4()}"

    def add():
        return add_customer({"first_name": "Jan"}, uuid=uuid, seen=(), by=agent)

    outcomes = run_together(add, add)
    assert Customer.objects.count() == 1
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyAddedError", "Customer"]
