"""Every operation of the API with what its key's user must have. One that is missing here fails the suite."""

from collections.abc import Iterator

import pytest
from django.test import Client

from crm.accounts.permissions import EVERYTHING
from crm.api.chartmogul.api import api
from crm.api.chartmogul.auth import Key
from tests.api.caller import Caller
from tests.tables import table

VIEW, ADD, CHANGE = "customers.view_customer", "customers.add_customer", "customers.change_customer"
DELETE, MERGE = "customers.delete_customer", "customers.merge_customer"
UNDO, SPLIT = "customers.undo_merge", "customers.split_sourcerecord"
ORDERS, SEND, ALTER = "orders.view_order", "orders.add_order", "orders.change_order"

ANYONE = {
    "GET /ping": (),
    "GET /account": (),
}
DATA_SOURCES = {
    "POST /data_sources": (ADD,),
    "GET /data_sources": (VIEW,),
    "GET /data_sources/{uuid}": (VIEW,),
    "DELETE /data_sources/{uuid}": (DELETE,),
    "DELETE /data_sources/{uuid}/all": (DELETE,),
    "DELETE /data_sources/{uuid}/dependent": (DELETE, ALTER),
}
CUSTOMERS = {
    "POST /customers": (ADD,),
    "GET /customers": (VIEW,),
    "GET /customers/changes": (VIEW,),
    "GET /customers/search": (VIEW,),
    "GET /customers/{uuid}": (VIEW,),
    "PATCH /customers/{uuid}": (CHANGE,),
    "DELETE /customers/{uuid}": (DELETE,),
    "POST /customers/merges": (MERGE,),
    "POST /customers/unmerges": (UNDO, SPLIT),
}
EVENTS = {
    "GET /events": (VIEW,),
    "GET /identity/{path:id}": (VIEW,),
}
ATTRIBUTES = {
    "GET /customers/{uuid}/attributes": (VIEW,),
    "POST /customers/attributes/tags": (CHANGE,),
    "POST /customers/{uuid}/attributes/tags": (CHANGE,),
    "DELETE /customers/{uuid}/attributes/tags": (CHANGE,),
    "POST /customers/attributes/custom": (CHANGE,),
    "POST /customers/{uuid}/attributes/custom": (CHANGE,),
    "PUT /customers/{uuid}/attributes/custom": (CHANGE,),
    "DELETE /customers/{uuid}/attributes/custom": (CHANGE,),
}
CONTACTS = {
    "POST /contacts": (CHANGE,),
    "POST /customers/{customer_uuid}/contacts": (CHANGE,),
    "GET /contacts": (VIEW,),
    "GET /customers/{customer_uuid}/contacts": (VIEW,),
    "GET /contacts/{uuid}": (VIEW,),
    "PATCH /contacts/{uuid}": (CHANGE,),
    "DELETE /contacts/{uuid}": (CHANGE,),
    "POST /contacts/{into_uuid}/merge/{from_uuid}": (CHANGE,),
}
NOTES = {
    "POST /customer_notes": (CHANGE,),
    "GET /customer_notes": (VIEW,),
    "GET /customer_notes/{uuid}": (VIEW,),
    "PATCH /customer_notes/{uuid}": (CHANGE,),
    "DELETE /customer_notes/{uuid}": (CHANGE,),
    "POST /notes": (CHANGE,),
    "GET /notes": (VIEW,),
    "GET /notes/{uuid}": (VIEW,),
    "PATCH /notes/{uuid}": (CHANGE,),
    "DELETE /notes/{uuid}": (CHANGE,),
}
OPPORTUNITIES = {
    "POST /opportunities": (CHANGE,),
    "GET /opportunities": (VIEW,),
    "GET /opportunities/{uuid}": (VIEW,),
    "PATCH /opportunities/{uuid}": (CHANGE,),
    "DELETE /opportunities/{uuid}": (CHANGE,),
}
TASKS = {
    "POST /tasks": (CHANGE,),
    "GET /tasks": (VIEW,),
    "GET /tasks/{uuid}": (VIEW,),
    "PATCH /tasks/{uuid}": (CHANGE,),
    "DELETE /tasks/{uuid}": (CHANGE,),
}
PLANS = {
    "POST /plans": (SEND,),
    "GET /plans": (ORDERS,),
    "GET /plans/{uuid}": (ORDERS,),
    "PATCH /plans/{uuid}": (ALTER,),
    "DELETE /plans/{uuid}": (ALTER,),
    "POST /plan_groups": (SEND,),
    "GET /plan_groups": (ORDERS,),
    "GET /plan_groups/{uuid}": (ORDERS,),
    "GET /plan_groups/{uuid}/plans": (ORDERS,),
    "PATCH /plan_groups/{uuid}": (ALTER,),
    "DELETE /plan_groups/{uuid}": (ALTER,),
}
INVOICES = {
    "POST /import/customers/{uuid}/invoices": (SEND,),
    "GET /import/customers/{uuid}/invoices": (ORDERS,),
    "GET /invoices": (ORDERS,),
    "GET /invoices/changes": (ORDERS,),
    "GET /invoices/{uuid}": (ORDERS,),
    "PATCH /invoices": (ALTER,),
    "PATCH /invoices/{uuid}": (ALTER,),
    "PATCH /invoices/invoices": (ALTER,),
    "PATCH /import/customers/{uuid}/invoices": (ALTER,),
    "PATCH /invoices/disabled_state": (ALTER,),
    "PATCH /invoices/{uuid}/disabled_state": (ALTER,),
    "DELETE /invoices": (ALTER,),
    "DELETE /invoices/{uuid}": (ALTER,),
    "DELETE /data_sources/{data_source_uuid}/customers/{uuid}/invoices": (ALTER,),
    "PUT /data_sources/{data_source_uuid}/invoices/{external_id}/status": (ALTER,),
    **{
        f"{method} {path}": (permission,)
        for rows in ("line_items", "transactions")
        for method, path, permission in (
            ("POST", f"/import/invoices/{{uuid}}/{rows}", SEND),
            ("GET", f"/{rows}", ORDERS),
            ("GET", f"/{rows}/{{uuid}}", ORDERS),
            ("PATCH", f"/{rows}", ALTER),
            ("PATCH", f"/{rows}/{{uuid}}", ALTER),
            ("PATCH", f"/{rows}/disabled_state", ALTER),
            ("PATCH", f"/{rows}/{{uuid}}/disabled_state", ALTER),
            ("DELETE", f"/{rows}", ALTER),
            ("DELETE", f"/{rows}/{{uuid}}", ALTER),
        )
    },
}
SUBSCRIPTIONS = {
    "GET /import/customers/{uuid}/subscriptions": (ORDERS,),
    "PATCH /import/subscriptions/{uuid}": (ALTER,),
    "POST /subscription_events": (SEND,),
    "GET /subscription_events": (ORDERS,),
    "PATCH /subscription_events": (ALTER,),
    "DELETE /subscription_events": (ALTER,),
    "PATCH /subscription_events/disabled_state": (ALTER,),
    "PATCH /subscription_events/{id}/disabled_state": (ALTER,),
    "GET /customers/{uuid}/subscriptions": (VIEW, ORDERS),
    "POST /customers/{uuid}/connect_subscriptions": (ALTER,),
    "POST /customers/{uuid}/disconnect_subscriptions": (ALTER,),
}
ACTIVITIES = {
    "GET /customers/{uuid}/activities": (VIEW, ORDERS),
    "GET /activities": (VIEW, ORDERS),
}
OPERATIONS: dict[str, tuple[str, ...]] = (
    ANYONE
    | DATA_SOURCES
    | CUSTOMERS
    | EVENTS
    | ATTRIBUTES
    | CONTACTS
    | NOTES
    | OPPORTUNITIES
    | TASKS
    | PLANS
    | INVOICES
    | SUBSCRIPTIONS
    | ACTIVITIES
)


def declared() -> Iterator[tuple[str, tuple[str, ...]]]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                (key,) = operation.auth_callbacks
                assert isinstance(key, Key)
                for method in operation.methods:
                    yield f"{method} {prefix}{path}", key.permissions


def ask(client: Client, operation: str, **headers: str):
    """With whatever in its address: who may not ask is told so before it is looked at."""
    method, path = operation.split()
    path = path.replace("{", "").replace("}", "")
    return client.generic(method, f"/v1{path}", b"{}", content_type="application/json", headers=headers)


def test_every_operation_is_listed_with_what_it_needs():
    assert dict(declared()) == OPERATIONS


@pytest.mark.django_db
def test_no_operation_answers_without_a_key(settings, client):
    settings.API_FAILURES_PER_ADDRESS = len(OPERATIONS) + 1
    assert {each for each in OPERATIONS if ask(client, each).status_code != 401} == set()


@pytest.mark.django_db
@table("need", sorted({need for needs in OPERATIONS.values() for need in needs}))
def test_a_key_whose_user_may_do_everything_else_is_refused(need):
    caller = Caller(*(EVERYTHING - {need}))
    needing = [each for each, needs in OPERATIONS.items() if need in needs]
    assert {each for each in needing if ask(caller.client, each, **caller.headers).status_code != 403} == set()


def test_every_permission_that_an_operation_needs_is_a_checkbox():
    assert {need for needs in OPERATIONS.values() for need in needs} <= EVERYTHING
