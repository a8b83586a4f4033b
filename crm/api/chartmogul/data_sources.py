"""Data sources: the systems that customers come from."""

from collections.abc import Callable
from typing import Any

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.times import format_time
from customers.models import DataSource
from customers.permissions import ADD_CUSTOMERS, DELETE_CUSTOMERS, VIEW_CUSTOMERS
from customers.sources import data_sources
from orders.permissions import CHANGE_ORDERS
from orders.sources.delete import delete_source, empty_source, purge_source

router = Router(tags=["Data sources"])


DEFAULT_SYSTEM = "Import API"  # what a data source is shown as whose system is not known


def stored_systems(system: str) -> set[str]:
    """The values of `DataSource.system` that are shown as `system`."""
    return {system, ""} if system == DEFAULT_SYSTEM else {system}


class DataSourceIn(Schema):
    name: str
    system: str = ""


class DataSourceOptions(Schema):
    """Optional parts of the answer."""

    with_processing_status: bool = False
    with_auto_churn_subscription_setting: bool = False
    with_invoice_handling_setting: bool = False


class DataSourceQuery(DataSourceOptions):
    name: str | None = None
    system: str | None = None


class ProcessingStatus(Schema):
    processed: int
    pending: int
    failed: int


class AutoChurn(Schema):
    enabled: bool
    interval: int | None


class DataSourceOut(Schema):
    uuid: str
    name: str
    created_at: str
    status: str
    system: str
    processing_status: ProcessingStatus | None = None
    auto_churn_subscription_setting: AutoChurn | None = None
    invoice_handling_setting: dict[str, Any] | None = None


class DataSourcesOut(Schema):
    data_sources: list[DataSourceOut]


def serialize(source: DataSource, options: DataSourceOptions) -> dict[str, Any]:
    # Nothing is ever pending: a request is processed before it is answered. No subscription ends by itself.
    shown: dict[str, Any] = {
        "uuid": source.uuid,
        "name": source.name,
        "created_at": format_time(source.created),
        "status": "idle",
        "system": source.system or DEFAULT_SYSTEM,
    }
    if options.with_processing_status:
        shown["processing_status"] = {"processed": 0, "pending": 0, "failed": 0}
    if options.with_auto_churn_subscription_setting:
        shown["auto_churn_subscription_setting"] = {"enabled": False, "interval": None}
    if options.with_invoice_handling_setting:
        shown["invoice_handling_setting"] = {}
    return shown


@router.post("/data_sources", auth=Key(ADD_CUSTOMERS), response=answers(201, DataSourceOut), exclude_unset=True)
def create_data_source(request: ApiRequest, body: DataSourceIn) -> Status[dict[str, Any]]:
    source = data_sources.create(body.name, system=body.system, by=request.by)
    return Status(201, serialize(source, DataSourceOptions()))


@router.get("/data_sources", auth=Key(VIEW_CUSTOMERS), response=answers(200, DataSourcesOut), exclude_unset=True)
def list_data_sources(request: ApiRequest, query: Query[DataSourceQuery]) -> dict[str, Any]:
    # There are few, so all are read.
    sources = [serialize(source, query) for source in DataSource.objects.order_by("created", "pk")]
    return {"data_sources": [source for source in sources if matches(source, query)]}


def matches(shown: dict[str, Any], query: DataSourceQuery) -> bool:
    return query.name in (None, shown["name"]) and query.system in (None, shown["system"])


@router.get("/data_sources/{uuid}", auth=Key(VIEW_CUSTOMERS), response=answers(200, DataSourceOut), exclude_unset=True)
def retrieve_data_source(request: ApiRequest, uuid: str, options: Query[DataSourceOptions]) -> dict[str, Any]:
    return serialize(lookup.data_source(uuid), options)


@router.delete("/data_sources/{uuid}", auth=Key(VIEW_CUSTOMERS, DELETE_CUSTOMERS), response=answers(204, None))
def delete_data_source(request: ApiRequest, uuid: str) -> Status[None]:
    """Delete it with its customers. Customers of other data sources keep the records of those sources."""
    return remove(delete_source, request, uuid)


@router.delete("/data_sources/{uuid}/all", auth=Key(VIEW_CUSTOMERS, DELETE_CUSTOMERS), response=answers(204, None))
def empty_data_source(request: ApiRequest, uuid: str) -> Status[None]:
    """Delete its customers. Keep the data source."""
    return remove(empty_source, request, uuid)


@router.delete(
    "/data_sources/{uuid}/dependent",
    auth=Key(VIEW_CUSTOMERS, DELETE_CUSTOMERS, CHANGE_ORDERS),
    response=answers(204, None),
)
def purge_data_source(request: ApiRequest, uuid: str) -> Status[None]:
    """Delete its orders and everything linked to them. Keep its customers."""
    return remove(purge_source, request, uuid)


def remove(act: Callable[..., None], request: ApiRequest, uuid: str) -> Status[None]:
    act(lookup.data_source(uuid), by=request.by)
    return Status(204, None)
