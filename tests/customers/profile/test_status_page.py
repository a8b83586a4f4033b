import pytest

from customers.models import Customer, HistoryEntry
from customers.profile.edit import set_status_and_owner
from tests.factories import customer_with_order, make_user, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


def url(customer):
    return f"/customers/{customer.pk}/status/"


def send(client, customer, **data):
    return client.post(url(customer), {"version": customer.version, "lead_status": "", "owner": "", **data})


def test_status_and_owner_are_set_and_told(as_agent, agent, helena, admin_user):
    assert "Kept, but not shown: this customer has bought and is Customer." in as_agent.get(url(helena)).text
    send(as_agent, helena, lead_status="working", owner=admin_user.pk)

    page = as_agent.get(f"/customers/{helena.pk}/").text
    assert '<span class="badge ">Customer</span>' in page  # who has bought is no lead
    assert "Owner: <bdi>Jane Peacock</bdi>" in page
    entries = HistoryEntry.objects.filter(kind="edit", by=agent).order_by("pk")
    assert [entry.text for entry in entries] == [
        "Lead status set to Working Lead.",
        "Owner set to Jane Peacock.",
    ]


def test_a_status_from_purchases_is_shown_first(as_agent, helena):
    Customer.objects.filter(pk=helena.pk).update(billing_status="past_due")
    send(as_agent, helena, lead_status="lost")

    assert '<span class="badge warn">Past Due</span>' in as_agent.get(f"/customers/{helena.pk}/").text
    page = as_agent.get(url(helena)).text
    assert "The current status, Past Due, comes from purchases" in page
    assert "Kept, but not shown: this customer has bought and is Past Due." in page


def test_saving_what_is_there_writes_nothing(as_agent, helena):
    for _ in range(2):
        assert send(as_agent, helena).status_code == 302

    assert not HistoryEntry.objects.filter(kind="edit").exists()
    assert Customer.objects.get(pk=helena.pk).version == helena.version


def test_the_second_of_two_is_told_and_saves_after_looking(as_agent, helena, admin_user):
    set_status_and_owner(helena, {"lead_status": "lost"}, admin_user, version=helena.version, by=admin_user)
    response = send(as_agent, helena, lead_status="qualified")
    page = response.text

    assert response.status_code == 422
    assert (
        "Not saved. Jane Peacock changed this customer a moment ago. Check the current values, then save again." in page
    )
    assert "Current lead status: Lost. Current owner: <bdi>Jane Peacock</bdi>." in page
    assert '<option value="qualified" selected>' in page
    [now] = Customer.objects.filter(pk=helena.pk)
    assert f'name="version" value="{now.version}"' in page
    send(as_agent, now, lead_status="qualified", owner=admin_user.pk)
    assert Customer.objects.get(pk=helena.pk).lead_status == "qualified"


@table("data", [{"lead_status": "boss"}, {"owner": "999"}, {"owner": "\x00"}, {"version": "x"}])
def test_what_is_not_offered_is_refused(data, as_agent, helena):
    assert send(as_agent, helena, **data).status_code == 422
    assert not HistoryEntry.objects.filter(kind="edit").exists()


def test_who_may_not_sign_in_any_more_is_no_owner_unless_they_are(as_agent, helena):
    gone = make_user("gone", first_name="Gone", is_active=False)
    assert "Gone" not in as_agent.get(url(helena)).text
    Customer.objects.filter(pk=helena.pk).update(owner=gone)

    assert f'<option value="{gone.pk}" selected>' in as_agent.get(url(helena)).text


def test_a_viewer_sets_no_status(viewer, helena):
    assert send(signed_in(viewer), helena, lead_status="lost").status_code == 403
