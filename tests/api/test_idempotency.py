"""What changes something is done once for each Idempotency-Key, in both dialects."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from crm.accounts import api_keys
from crm.accounts.user_permissions import permission_rows
from crm.api.chartmogul.api import api
from crm.api.konnektive.document import document
from customers.engagement import notes
from customers.models import Customer, Note
from orders.models import IdempotencyKey, Transaction
from tests.acts import erase
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.database import reloaded
from tests.factories import CustomerFactory, DataSourceFactory, customer_with_order, declined_order
from tests.recording_gateway import recording

pytestmark = pytest.mark.django_db

KEY = "Idempotency-Key"
MAY_SEE_MORE = (
    "This request was carried out before, by a key with more permissions to view. Its answer is not shown to this one."
)
DIFFERENT = "This key was used before for a different request. Nothing was done."


@pytest.fixture
def caller() -> KonnektiveCaller:
    return KonnektiveCaller()


@pytest.fixture
def customer() -> Customer:
    return customer_with_order(external_id="1")


def call(caller: KonnektiveCaller, path: str, key: str = "k-1", **parameters):
    return caller.client.post(f"/{path}/", caller.login | parameters, headers={KEY: key})


def add_note(caller: KonnektiveCaller, customer: Customer, key: str = "k-1", message: str = "Called."):
    return call(caller, "customer/addnote", key, customerId=customer.pk, message=message)


# /v1/


def test_a_customer_is_created_once_and_the_repeat_is_answered_alike(caller):
    body = {"data_source_uuid": DataSourceFactory().uuid, "external_id": "7", "name": "Helena Holý"}
    first = caller.send("POST", "customers", body, **{KEY: "k-1"})
    again = caller.send("POST", "customers", dict(reversed(body.items())), **{KEY: "k-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert "Idempotency-Replayed" not in first.headers
    assert Customer.objects.count() == 1


def test_each_method_that_changes_something_is_done_once(caller, customer):
    contact = f"customers/{customer.uuid}"
    for number, (method, path, body) in enumerate(
        [
            ("PATCH", contact, {"city": "Brno"}),
            ("POST", f"{contact}/attributes/tags", {"tags": ["vip"]}),
            ("PUT", f"{contact}/attributes/custom", {"custom": {"size": 3}}),
            ("DELETE", f"{contact}/attributes/tags", {"tags": ["vip"]}),
            ("DELETE", contact, {}),
        ]
    ):
        answers = [caller.send(method, path, body, **{KEY: f"k-{number}"}) for _ in range(2)]
        assert answers[0].status_code == answers[1].status_code < 300, path
        # Erasing the customer empties the answers before it, and is kept itself.
        assert answers[0].content == answers[1].content
    assert caller.send("DELETE", contact, {}, **{KEY: "another"}).status_code == 404


def test_a_key_of_another_request_is_refused_and_of_another_caller_is_their_own(caller, customer):
    path = f"customers/{customer.uuid}"
    assert caller.send("PATCH", path, {"city": "Brno"}, **{KEY: "k-1"}).status_code == 200
    refused = caller.send("PATCH", path, {"city": "Prague"}, **{KEY: "k-1"})
    assert (refused.status_code, refused.json()) == (422, {"errors": {KEY: DIFFERENT}})
    assert add_note(caller, customer).json() == {"result": "ERROR", "message": DIFFERENT}
    assert KonnektiveCaller(username="other").send("PATCH", path, {"city": "Oslo"}, **{KEY: "k-1"}).status_code == 200
    assert "255 characters" in caller.send("PATCH", path, {}, **{KEY: "x" * 256}).json()["errors"][KEY]


def test_what_was_refused_may_be_sent_again_with_its_key(caller, customer):
    path = f"customers/{customer.uuid}"
    assert caller.send("PATCH", path, {"email": "none"}, **{KEY: "k-1"}).status_code == 422
    assert caller.send("PATCH", path, {"email": "a@reunite.cz"}, **{KEY: "k-1"}).status_code == 200
    assert add_note(caller, customer, "k-2", message="").json()["result"] == "ERROR"
    assert add_note(caller, customer, "k-2").json()["result"] == "SUCCESS"


def test_a_query_ignores_the_key(caller, customer):
    for company in ("Initech", "Hooli"):
        caller.patch(f"customers/{customer.uuid}", {"company": company})
        read = caller.client.get(f"/v1/customers/{customer.uuid}", headers=caller.headers | {KEY: "k-1"})
        assert read.json()["company"] == company
        assert call(caller, "customer/query", customerId=customer.pk).json()["result"] == "SUCCESS"
    assert not IdempotencyKey.objects.exists()


# Konnektive's dialect


def test_a_note_sent_again_is_one_note_also_after_another_one(caller, customer):
    first = add_note(caller, customer)
    add_note(caller, customer, "k-2", message="Called again.")
    again = add_note(caller, customer)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert Note.objects.count() == 2


def test_the_api_key_may_be_replaced_before_a_call_is_sent_again(caller, customer):
    first = add_note(caller, customer)
    _, caller.token = api_keys.create(caller.user, name="New", addresses=[], by=None)
    assert add_note(caller, customer).json() == first.json()


def test_an_answer_is_not_shown_to_a_key_that_may_see_less(caller, customer):
    def merge():
        return call(caller, "customer/merge", customerId=customer.pk, mergeCustomerIds=duplicate.pk).json()

    duplicate, wide = CustomerFactory(first_name="Hella"), caller.token
    merged = merge()
    scope = frozenset({"customers.view_customer", "customers.merge_customer"})
    _, caller.token = api_keys.create(caller.user, name="Narrow", addresses=[], by=None, scope=scope)
    assert merge() == {"result": "ERROR", "message": MAY_SEE_MORE}
    caller.token = wide
    assert merge() == merged
    caller.user.user_permissions.remove(*permission_rows({"orders.view_order"}))
    assert merge() == {"result": "ERROR", "message": MAY_SEE_MORE}


def test_a_declined_rerun_is_not_charged_again_by_the_same_call(caller):
    declined = declined_order(token="sandbox-soft-decline")
    with recording() as gateway:
        answers = [call(caller, "order/rerun", orderId=declined.number).json() for _ in range(2)]
    assert answers[0] == answers[1] == {"result": "ERROR", "message": "Transaction Declined: Insufficient funds."}
    assert (len(gateway.requests), Transaction.objects.count()) == (1, 2)


def test_merges_and_changes_are_done_once(caller, customer):
    duplicate = CustomerFactory(first_name="Hella")
    merged = [
        call(caller, "customer/merge", customerId=customer.pk, mergeCustomerIds=duplicate.pk).json() for _ in range(2)
    ]
    changed = [call(caller, "customer/update", "k-2", customerId=customer.pk, city="Brno").json() for _ in range(2)]
    assert merged[0] == merged[1]
    assert merged[0]["result"] == changed[0]["result"] == "SUCCESS"
    assert changed[0] == changed[1]
    undone = [
        call(caller, "customer/unmerge", "k-3", customerId=customer.pk, unmergeCustomerIds=duplicate.pk).json()
        for _ in range(2)
    ]
    assert undone[0] == undone[1]
    assert undone[0]["result"] == "SUCCESS"
    assert reloaded(duplicate).is_live


# While the first is under way, and when it never ends


def test_a_repeat_while_the_first_is_being_carried_out_is_told_to_wait(caller, customer):
    add_note(caller, customer)
    IdempotencyKey.objects.update(status=None, answer="")
    waiting = add_note(caller, customer)
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "2")
    assert "still being carried out" in waiting.json()["message"]
    IdempotencyKey.objects.update(created=timezone.now() - timedelta(minutes=11))
    assert "was interrupted" in add_note(caller, customer).json()["message"]
    assert Note.objects.count() == 1

    path, body = f"customers/{customer.uuid}", {"city": "Brno"}
    caller.send("PATCH", path, body, **{KEY: "k-2"})
    IdempotencyKey.objects.filter(key="k-2").update(status=None, answer="")
    waiting = caller.send("PATCH", path, body, **{KEY: "k-2"})
    assert (waiting.status_code, waiting.json()["code"], waiting.headers["Retry-After"]) == (409, 409, "2")


def test_two_at_one_moment_are_one(transactional_db, run_together):
    caller, customer = KonnektiveCaller(), customer_with_order(external_id="1")
    with_client = [KonnektiveCaller.__new__(KonnektiveCaller) for _ in range(4)]
    for other in with_client:
        vars(other).update(vars(caller) | {"client": Client()})
    outcomes = run_together(*[lambda caller=caller: add_note(caller, customer) for caller in with_client])
    assert {outcome.status_code for outcome in outcomes} <= {200, 409}
    assert Note.objects.count() == 1


def test_what_failed_may_be_sent_again_with_its_key(caller, customer, monkeypatch):
    caller.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(notes, "add", lambda *args, **options: 1 / 0)
        assert add_note(caller, customer).status_code == 500
    assert not IdempotencyKey.objects.exists()
    assert add_note(caller, customer).json()["result"] == "SUCCESS"


# What is kept


def test_an_erasure_leaves_no_answer_that_may_be_about_the_erased(caller, customer):
    other = customer_with_order(external_id="2")
    add_note(caller, customer)
    add_note(caller, other, "k-2")
    erase(customer)
    assert set(IdempotencyKey.objects.values_list("status", "answer")) == {(0, "")}
    assert (
        "Its answer was deleted because a customer was erased since."
        in add_note(caller, other, "k-2").json()["message"]
    )
    assert Note.objects.count() == 1


def test_an_answer_is_kept_for_a_day(caller, customer):
    for key, hours in (("old", 25), ("young", 23)):
        add_note(caller, customer, key, message=key)
        IdempotencyKey.objects.filter(key=key).update(created=timezone.now() - timedelta(hours=hours))
    call_command("forget_idempotency_keys", verbosity=0)
    assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]


def test_the_documents_name_the_header_wherever_something_is_changed():
    for described in (api.get_openapi_schema(), document()):
        for path, methods in described["paths"].items():
            is_query = path.rstrip("/").endswith(("query", "history", "summary"))
            for method, operation in methods.items():
                names = {parameter["name"] for parameter in operation.get("parameters", ())}
                changes = method != "get" if path.startswith("/v1/") else not is_query
                assert (KEY in names) == changes, (method, path)
                assert not changes or "409" in {str(status) for status in operation["responses"]}, (method, path)
