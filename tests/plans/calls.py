"""Every call of both dialects that reads, with each parameter of its OpenAPI document, one at a time."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db.models import Model

from crm.accounts.models import User
from crm.api.chartmogul.api import api
from crm.api.konnektive.document import documented_calls
from customers.models import CartLogin, Contact, Note, Opportunity, SourceRecord, Task
from orders.models import Campaign, Fulfillment, Membership, Order, OrderItem, PlanGroup, Product, Purchase, Transaction
from tests.api.caller import Caller

Query = Mapping[str, str]

DAY, MOMENT = "2026-06-01", "2026-06-01T12:00:00Z"
V1_VALUES: dict[str, list[str]] = {
    "type": ["call", "new_biz"],
    "completed": ["true", "false"],
    "event_type": ["subscription_cancelled"],
    "kind": ["customer.merged"],
    "order": ["date", "-date"],
    "validation_type": ["valid", "invalid", "all"],
    "status": ["Active", "New Lead", "Cancelled"],
    "system": ["Custom"],
    "include": ["churn_recognition"],
    "email": ["helena1@example.org"],
    **{name: [MOMENT] for name in ("at", "event_date", "effective_date")},
    **{name: [MOMENT] for name in ("due_date_on_or_after", "due_date_on_or_before")},
    **{name: [DAY] for name in ("estimated_close_date_on_or_after", "estimated_close_date_on_or_before")},
    **{name: [DAY] for name in ("start-date", "start_date", "end-date", "end_date")},
}
KONNEKTIVE_VALUES: dict[str, list[str]] = {
    "emailAddress": ["helena1@example.org"],
    "firstName": ["Helena"],
    "lastName": ["Holy"],
    "phoneNumber": ["+420 241 770 449"],
    "dateRangeType": ["dateCreated", "dateUpdated", "txnDate"],
    "sortDir": ["1", "-1"],
    "reportType": ["day", "campaign"],
    "orderStatus": ["COMPLETE"],
    "orderType": ["RECURRING"],
    "responseType": ["SUCCESS"],
    "txnType": ["REFUND"],
    "status": ["ACTIVE"],
    "fulfillmentStatus": ["SHIPPED"],
    "rowType": ["order"],
    "campaignType": ["PHONE"],
    "paySource": ["CREDITCARD"],
    "cardLast4": ["4242"],
    "page": ["3"],
}
UNFILTERED = {"per_page", "cursor", "with_overrides", "with_processing_status", "with_invoice_handling_setting"}
UNFILTERED |= {"with_auto_churn_subscription_setting", "include", "resultsPerPage", "includeCustomFields"}
"""Parameters that change what is said, not what is read."""
DAYS = {"startDate": "01/01/2026", "endDate": "12/31/2026"}
OF_PATH = {
    "contacts": Contact,
    "notes": Note,
    "customer_notes": Note,
    "opportunities": Opportunity,
    "tasks": Task,
    "plans": Product,
    "plan_groups": PlanGroup,
    "invoices": Order,
    "line_items": OrderItem,
    "transactions": Transaction,
}


def numbers_of(record: SourceRecord) -> dict[str, object]:
    def first(model: type[Model]) -> int:
        return int(model._default_manager.filter(source_record=record).earliest("pk").pk)

    return {
        "customerId": record.customer_id,
        "orderId": Order.objects.filter(source_record=record).earliest("pk").number,
        "purchaseId": first(Purchase),
        "memberId": first(Membership),
        "fulfillmentId": first(Fulfillment),
        "transactionId": first(Transaction),
        "campaignId": Campaign.objects.earliest("pk").pk,
        "productId": Product.objects.earliest("pk").pk,
    }


class Calls:
    """Of one customer, whose `record` has a row of everything."""

    def __init__(self, record: SourceRecord) -> None:
        self.record, self.caller = record, Caller()
        SourceRecord.objects.filter(pk=record.pk).update(external_id="known")
        OrderItem.objects.filter(pk=OrderItem.objects.earliest("pk").pk).update(external_id="known")
        Transaction.objects.filter(pk=Transaction.objects.earliest("pk").pk).update(external_id="known")
        Product.objects.update(data_source=record.data_source, interval_count=1, interval_unit="month")
        CartLogin.objects.filter(source_record=record).update(login="known")
        User.objects.filter(pk=self.caller.user.pk).update(email="staff@example.org")
        Purchase.objects.filter(source_record=record).update(connection="known")
        self.numbers = {name: str(number) for name, number in numbers_of(record).items()}
        customer, source = record.customer.uuid, record.data_source.uuid
        self.uuids = {"customer_uuid": customer, "customers": customer, "identity": customer, "customer": customer}
        self.uuids |= {"data_source_uuid": source, "data_sources": source}
        self.uuids |= {path: str(model.objects.earliest("pk").uuid) for path, model in OF_PATH.items()}
        self.uuids |= {"contact_uuid": self.uuids["contacts"]}
        staff = dict.fromkeys(("owner", "assignee", "author_email"), "staff@example.org")
        external = dict.fromkeys(("external_id", "customer_external_id"), "known")
        self.values = V1_VALUES | {name: [value] for name, value in (self.uuids | staff | external).items()}

    def each(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """(call, what asks it)"""
        for path, operation in sorted(api.get_openapi_schema()["paths"].items()):
            if "get" in operation:
                for query in self._v1_queries(operation["get"].get("parameters", ())):
                    yield self._call(f"GET {path}", query), partial(self._v1, path, query)
        for call in documented_calls():
            if call.endpoint.only_reads:
                for query in self._konnektive_queries(call.endpoint.parameters.model_json_schema()["properties"]):
                    address = {**self.caller_login, **query}
                    yield self._call(call.path, query), partial(self.caller.client.post, call.path, address)

    @staticmethod
    def _call(path: str, query: Query) -> str:
        return f"{path} by {', '.join(query)}" if query else path

    def _v1_queries(self, parameters: list[dict[str, Any]]) -> Iterator[Query]:
        asked = [each for each in parameters if each["in"] == "query" and each["name"] not in UNFILTERED]
        needed = {each["name"]: self._value(each)[0] for each in asked if each.get("required")}
        yield needed
        yield from ({**needed, each["name"]: value} for each in asked for value in self._value(each))

    def _value(self, parameter: dict[str, Any]) -> list[str]:
        standing = {"boolean": "true", "integer": "2"}.get(parameter["schema"].get("type", ""), "known")
        return self.values.get(parameter["name"], [standing])

    def _v1(self, path: str, query: Query) -> Any:
        before = path.split("/")[2]
        before = "customers" if before == "import" else before
        for name in ("uuid", "id", "customer_uuid"):
            path = path.replace(f"{{{name}}}", self.uuids.get(before, ""))
        answer = self.caller.get(path.removeprefix("/v1/"), **query)
        if not query and answer.status_code == 200 and "cursor" in answer.json():
            first = self.caller.get(path.removeprefix("/v1/"), **query, per_page=1).json()
            if first.get("has_more"):
                self.caller.get(path.removeprefix("/v1/"), **query, per_page=1, cursor=first["cursor"])
        return answer

    @property
    def caller_login(self) -> dict[str, str]:
        return {"loginId": self.caller.user.username, "password": self.caller.token}

    def _konnektive_queries(self, parameters: Mapping[str, Any]) -> Iterator[Query]:
        needed = DAYS if "startDate" in parameters else {}
        if "eCommerceLogin" in parameters:
            needed = {"eCommerceLogin": "known", "customerId": self.numbers["customerId"]}
        yield needed
        for name in sorted(parameters.keys() - DAYS.keys() - UNFILTERED):
            for value in self._konnektive_values(name):
                yield {**needed, name: value}
                if name == "customerId":
                    yield {name: value}

    def _konnektive_values(self, name: str) -> list[str]:
        return [self.numbers[name]] if name in self.numbers else KONNEKTIVE_VALUES.get(name, ["known"])
