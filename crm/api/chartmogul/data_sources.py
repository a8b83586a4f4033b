"""Data sources: the systems that customers come from."""

from collections.abc import Callable
from typing import Any

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, invalid
from crm.api.chartmogul.formats import SYSTEM, moment
from customers.models import DataSource
from customers.sources import data_sources
from orders.delete_source import DeleteSourceError, delete_source, empty_source, purge_source

router = Router(tags=["Data sources"])

ADD, VIEW, DELETE = "customers.add_customer", "customers.view_customer", "customers.delete_customer"
ALTER = "orders.change_order"


class DataSourceIn(Schema):
    name: str
    system: str = ""


class With(Schema):
    """What clients ask for besides."""

    with_processing_status: bool = False
    with_auto_churn_subscription_setting: bool = False
    with_invoice_handling_setting: bool = False


class Asked(With):
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


def shape(source: DataSource, asked: With) -> dict[str, Any]:
    """Everything that comes in is processed before it is answered, and no subscription ends by itself."""
    shown: dict[str, Any] = {
        "uuid": source.uuid,
        "name": source.name,
        "created_at": moment(source.created),
        "status": "idle",
        "system": source.system or SYSTEM,
    }
    if asked.with_processing_status:
        shown["processing_status"] = {"processed": 0, "pending": 0, "failed": 0}
    if asked.with_auto_churn_subscription_setting:
        shown["auto_churn_subscription_setting"] = {"enabled": False, "interval": None}
    if asked.with_invoice_handling_setting:
        shown["invoice_handling_setting"] = {}
    return shown


@router.post("/data_sources", auth=Key(ADD), response=answers(201, DataSourceOut), exclude_unset=True)
def create_data_source(request: ApiRequest, body: DataSourceIn) -> Status[dict[str, Any]]:
    try:
        source = data_sources.create(body.name, system=body.system)
    except data_sources.SourceError as error:
        raise invalid(**{error.field: str(error)}) from None
    return Status(201, shape(source, With()))


@router.get("/data_sources", auth=Key(VIEW), response=answers(200, DataSourcesOut), exclude_unset=True)
def list_data_sources(request: ApiRequest, asked: Query[Asked]) -> dict[str, Any]:
    found = [shape(each, asked) for each in DataSource.objects.order_by("created", "pk")]
    return {"data_sources": [each for each in found if is_asked_for(each, asked)]}


def is_asked_for(shown: dict[str, Any], asked: Asked) -> bool:
    """There are few, so that it is looked up here."""
    return all(value is None or shown[key] == value for key, value in (("name", asked.name), ("system", asked.system)))


@router.get("/data_sources/{uuid}", auth=Key(VIEW), response=answers(200, DataSourceOut), exclude_unset=True)
def retrieve_data_source(request: ApiRequest, uuid: str, asked: Query[With]) -> dict[str, Any]:
    return shape(lookup.data_source(uuid), asked)


@router.delete("/data_sources/{uuid}", auth=Key(DELETE), response=answers(204, None))
def delete_data_source(request: ApiRequest, uuid: str) -> Status[None]:
    """With its customers, but for what others know of them."""
    return done(delete_source, request, uuid)


@router.delete("/data_sources/{uuid}/all", auth=Key(DELETE), response=answers(204, None))
def empty_data_source(request: ApiRequest, uuid: str) -> Status[None]:
    """Its customers go, the data source stays."""
    return done(empty_source, request, uuid)


@router.delete("/data_sources/{uuid}/dependent", auth=Key(DELETE, ALTER), response=answers(204, None))
def purge_data_source(request: ApiRequest, uuid: str) -> Status[None]:
    """What was bought there goes, its customers stay."""
    return done(purge_source, request, uuid)


def done(act: Callable[..., None], request: ApiRequest, uuid: str) -> Status[None]:
    try:
        act(lookup.data_source(uuid), by=request.by)
    except DeleteSourceError as error:
        raise invalid(data_source=str(error)) from None
    return Status(204, None)
