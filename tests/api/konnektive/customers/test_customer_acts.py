import pytest
from django.utils import timezone

from customers.models import Note
from tests.acts import fresh, merge, undo
from tests.factories import CustomerFactory, order
from tests.tables import table

pytestmark = pytest.mark.django_db

TODAY = timezone.now().strftime("%m/%d/%Y")
DAYS = {"startDate": TODAY, "endDate": TODAY}


def test_an_update_changes_what_is_sent_and_leaves_what_is_blank(shop):
    helena = CustomerFactory(
        first_name="Helena",
        last_name="Holý",
        phone="+18179247272",
        billing_address={"line1": "Rilská 1", "city": "Praha"},
    )
    result, row = shop.ask(
        "customer/update",
        customerId=helena.pk,
        emailAddress="new@example.com",
        city="Brno",
        phoneNumber="",
        custom2="x",
    )
    assert result == "SUCCESS"
    helena.refresh_from_db()
    assert (helena.email, helena.phone, helena.custom2) == ("new@example.com", "+18179247272", "x")
    assert helena.billing_address == {"line1": "Rilská 1", "city": "Brno"}
    assert (row["city"], row["firstName"]) == ("Brno", "Helena")
    assert helena.changes.last().by == shop.user


def test_an_update_of_a_number_that_was_merged_away_changes_the_survivor(shop):
    survivor, duplicate = CustomerFactory(first_name="Helena"), CustomerFactory(first_name="Hela")
    merge(survivor, duplicate)
    assert shop.ask("customer/update", customerId=duplicate.pk, lastName="Holý")[0] == "SUCCESS"
    survivor.refresh_from_db()
    assert survivor.last_name == "Holý"


def test_an_opt_out_by_a_number_that_was_merged_away_is_of_both_after_an_undo(shop):
    customers = survivor, duplicate = CustomerFactory(email_opt_in=True), CustomerFactory(email_opt_in=True)
    merged = merge(survivor, duplicate)
    assert shop.ask("customer/update", customerId=duplicate.pk, emailOptIn=0)[0] == "SUCCESS"
    undo(merged)
    assert [customer.email_opt_in for customer in fresh(*customers)] == [False, False]


@table(
    ("sent", "refused"),
    [
        ({"emailAddress": "nobody"}, "emailAddress"),
        ({"emailAddress": "a" * 300 + "@example.com"}, "emailAddress"),
        ({"firstName": "x" * 101}, "firstName"),
        ({"phoneNumber": "1" * 41}, "phoneNumber"),
        ({"state": "x" * 121}, "state"),
        ({"shipCity": "x" * 121}, "shipCity"),
        ({"firstName": "a\x00b"}, "firstName"),
        ({"doNotSellName": "perhaps"}, "doNotSellName"),
        ({"customerId": "twelve"}, "customerId"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_name_and_nothing_is_written(shop, sent, refused):
    helena = CustomerFactory(first_name="Helena")
    result, message = shop.ask("customer/update", **{"customerId": helena.pk, "lastName": "Holý"} | sent)
    assert result == "ERROR"
    assert message.keys() == {refused}
    helena.refresh_from_db()
    assert (helena.last_name, helena.version) == ("", 1)


def test_history_tells_what_was_done_to_a_customer_or_on_some_days(shop):
    taken = order(first_name="Helena", last_name="Holý", email="helena@example.com")
    of_customer = shop.ask("customer/history", customerId=taken.assigned.record.customer_id)
    of_days = shop.ask("customer/history", **DAYS)
    assert of_customer == of_days
    [newest, oldest] = of_customer[1]["data"]
    assert newest.keys() == {"historyId", "customerId", "type", "message", "agentName", "dateCreated", "dateUpdated"}
    assert (newest["type"], oldest["type"]) == ("order", "created")


def test_no_history_is_said_in_the_words_that_clients_know(shop):
    assert shop.ask("customer/history", **DAYS) == (
        "ERROR",
        "No history entries matching those parameters could be found",
    )


def test_a_note_is_written_once_by_the_user_of_the_key(shop):
    helena = CustomerFactory(first_name="Helena")
    result, message = shop.ask("customer/addnote", customerId=helena.pk, message="Wants to be called.")
    assert result == "SUCCESS"
    assert shop.ask("customer/addnote", customerId=helena.pk, message="Wants to be called.") == (result, message)
    note = Note.objects.get()
    assert (note.text, note.by, note.source_record.customer) == ("Wants to be called.", shop.user, helena)


def test_a_note_that_is_too_long_is_refused(shop):
    helena = CustomerFactory(first_name="Helena")
    assert shop.ask("customer/addnote", customerId=helena.pk, message="x" * 501) == (
        "ERROR",
        {"message": "Use 500 characters or fewer."},
    )
