"""Every operation of the API with what its key's user must have. One that is missing here fails the suite."""

from collections.abc import Iterator

import pytest
from django.test import Client

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import ApiKey
from crm.accounts.scopes import READING, SELECTABLE
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
    "DELETE /data_sources/{uuid}": (VIEW, DELETE),
    "DELETE /data_sources/{uuid}/all": (VIEW, DELETE),
    "DELETE /data_sources/{uuid}/dependent": (VIEW, DELETE, ALTER),
}
CUSTOMERS = {
    "POST /customers": (ADD,),
    "GET /customers": (VIEW,),
    "GET /customers/changes": (VIEW,),
    "GET /customers/search": (VIEW,),
    "GET /customers/{uuid}": (VIEW,),
    "PATCH /customers/{uuid}": (VIEW, CHANGE),
    "DELETE /customers/{uuid}": (VIEW, DELETE),
    "POST /customers/merges": (VIEW, MERGE),
    "POST /customers/unmerges": (VIEW, UNDO, SPLIT),
}
EVENTS = {
    "GET /events": (VIEW,),
    "GET /identity/{path:id}": (VIEW,),
}
ATTRIBUTES = {
    "GET /customers/{uuid}/attributes": (VIEW,),
    "POST /customers/attributes/tags": (VIEW, CHANGE),
    "POST /customers/{uuid}/attributes/tags": (VIEW, CHANGE),
    "DELETE /customers/{uuid}/attributes/tags": (VIEW, CHANGE),
    "POST /customers/attributes/custom": (VIEW, CHANGE),
    "POST /customers/{uuid}/attributes/custom": (VIEW, CHANGE),
    "PUT /customers/{uuid}/attributes/custom": (VIEW, CHANGE),
    "DELETE /customers/{uuid}/attributes/custom": (VIEW, CHANGE),
}
CONTACTS = {
    "POST /contacts": (VIEW, CHANGE),
    "POST /customers/{customer_uuid}/contacts": (VIEW, CHANGE),
    "GET /contacts": (VIEW,),
    "GET /customers/{customer_uuid}/contacts": (VIEW,),
    "GET /contacts/{uuid}": (VIEW,),
    "PATCH /contacts/{uuid}": (VIEW, CHANGE),
    "DELETE /contacts/{uuid}": (VIEW, CHANGE),
    "POST /contacts/{into_uuid}/merge/{from_uuid}": (VIEW, CHANGE),
}
NOTES = {
    "POST /customer_notes": (VIEW, CHANGE),
    "GET /customer_notes": (VIEW,),
    "GET /customer_notes/{uuid}": (VIEW,),
    "PATCH /customer_notes/{uuid}": (VIEW, CHANGE),
    "DELETE /customer_notes/{uuid}": (VIEW, CHANGE),
    "POST /notes": (VIEW, CHANGE),
    "GET /notes": (VIEW,),
    "GET /notes/{uuid}": (VIEW,),
    "PATCH /notes/{uuid}": (VIEW, CHANGE),
    "DELETE /notes/{uuid}": (VIEW, CHANGE),
}
OPPORTUNITIES = {
    "POST /opportunities": (VIEW, CHANGE),
    "GET /opportunities": (VIEW,),
    "GET /opportunities/{uuid}": (VIEW,),
    "PATCH /opportunities/{uuid}": (VIEW, CHANGE),
    "DELETE /opportunities/{uuid}": (VIEW, CHANGE),
}
TASKS = {
    "POST /tasks": (VIEW, CHANGE),
    "GET /tasks": (VIEW,),
    "GET /tasks/{uuid}": (VIEW,),
    "PATCH /tasks/{uuid}": (VIEW, CHANGE),
    "DELETE /tasks/{uuid}": (VIEW, CHANGE),
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
    "GET /import/customers/{uuid}/invoices": (VIEW, ORDERS),
    "GET /invoices": (VIEW, ORDERS),
    "GET /invoices/changes": (VIEW, ORDERS),
    "GET /invoices/{uuid}": (VIEW, ORDERS),
    "PATCH /invoices": (VIEW, ORDERS, ALTER),
    "PATCH /invoices/{uuid}": (VIEW, ORDERS, ALTER),
    "PATCH /invoices/invoices": (VIEW, ORDERS, ALTER),
    "PATCH /import/customers/{uuid}/invoices": (VIEW, ORDERS, ALTER),
    "PATCH /invoices/disabled_state": (VIEW, ORDERS, ALTER),
    "PATCH /invoices/{uuid}/disabled_state": (VIEW, ORDERS, ALTER),
    "DELETE /invoices": (VIEW, ORDERS, ALTER),
    "DELETE /invoices/{uuid}": (VIEW, ORDERS, ALTER),
    "DELETE /data_sources/{data_source_uuid}/customers/{uuid}/invoices": (VIEW, ORDERS, ALTER),
    "PUT /data_sources/{data_source_uuid}/invoices/{external_id}/status": (VIEW, ORDERS, ALTER),
    **{
        f"{method} {path}": needs
        for rows in ("line_items", "transactions")
        for method, path, needs in (
            ("POST", f"/import/invoices/{{uuid}}/{rows}", (SEND,)),
            ("GET", f"/{rows}", (VIEW, ORDERS)),
            ("GET", f"/{rows}/{{uuid}}", (VIEW, ORDERS)),
            ("PATCH", f"/{rows}", (VIEW, ORDERS, ALTER)),
            ("PATCH", f"/{rows}/{{uuid}}", (VIEW, ORDERS, ALTER)),
            ("PATCH", f"/{rows}/disabled_state", (VIEW, ORDERS, ALTER)),
            ("PATCH", f"/{rows}/{{uuid}}/disabled_state", (VIEW, ORDERS, ALTER)),
            ("DELETE", f"/{rows}", (VIEW, ORDERS, ALTER)),
            ("DELETE", f"/{rows}/{{uuid}}", (VIEW, ORDERS, ALTER)),
        )
    },
}
SUBSCRIPTIONS = {
    "GET /import/customers/{uuid}/subscriptions": (VIEW, ORDERS),
    "PATCH /import/subscriptions/{uuid}": (VIEW, ORDERS, ALTER),
    "POST /subscription_events": (SEND,),
    "GET /subscription_events": (VIEW, ORDERS),
    "PATCH /subscription_events": (VIEW, ORDERS, ALTER),
    "DELETE /subscription_events": (VIEW, ORDERS, ALTER),
    "PATCH /subscription_events/disabled_state": (VIEW, ORDERS, ALTER),
    "PATCH /subscription_events/{id}/disabled_state": (VIEW, ORDERS, ALTER),
    "GET /customers/{uuid}/subscriptions": (VIEW, ORDERS),
    "POST /customers/{uuid}/connect_subscriptions": (VIEW, ORDERS, ALTER),
    "POST /customers/{uuid}/disconnect_subscriptions": (VIEW, ORDERS, ALTER),
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
    assert {operation for operation in OPERATIONS if ask(client, operation).status_code != 401} == set()


@pytest.mark.django_db
@table("need", sorted({need for needs in OPERATIONS.values() for need in needs}))
def test_a_key_whose_user_may_do_everything_else_is_refused(need):
    caller = Caller(*(ALL_PERMISSIONS - {need}))
    needing = [operation for operation, needs in OPERATIONS.items() if need in needs]
    assert {
        operation for operation in needing if ask(caller.client, operation, **caller.headers).status_code != 403
    } == set()


@pytest.mark.django_db
def test_a_key_that_only_reads_opens_all_that_reads_and_nothing_else():
    caller = Caller()
    ApiKey.objects.update(scope=sorted(READING))
    refused = {
        operation for operation in OPERATIONS if ask(caller.client, operation, **caller.headers).status_code == 403
    }
    assert refused == {operation for operation in OPERATIONS if not operation.startswith("GET ")}


def test_every_permission_that_an_operation_needs_is_a_checkbox():
    needed = {need for needs in OPERATIONS.values() for need in needs}
    assert needed <= ALL_PERMISSIONS
    assert needed <= {box.permission for boxes in SELECTABLE.values() for box in boxes}  # of the scope of a key
