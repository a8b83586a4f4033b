"""The published client of ChartMogul, whose requests go to addresses that were checked.

The client knows the addresses, their parameters, and the shape of the answers; Reunite's own lists of changes are told
to it as two more resources. Its own way of sending is not used: it asks any address, and repeats for hours.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartmogul import Activity, Config, Customer, DataSource, Invoice, Plan
from chartmogul.api.customers.subscription import CustomerSubscription
from chartmogul.resource import Resource
from django.views.decorators.debug import sensitive_variables
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from promise import Promise

from crm.pulls.errors import NotFoundThereError, PullError
from crm.pulls.models import Pull
from crm.pulls.passwords import password_of
from crm.pulls.request import get
from orders.invoices.incoming import TEXT_COLUMNS

STRANGE = "The answer is not one of ChartMogul's API. Check the URL."
VERSION = "/v1"


@dataclass(frozen=True)
class PageThere:
    """`cursor` is where the next page begins; also behind the last page, of a list that can be read on later."""

    entries: Sequence[Any]
    cursor: str = ""
    has_more: bool = False


class CheckedResource(Resource):  # type: ignore[misc]  # the client has no types
    @classmethod
    def _request(
        cls, config: Config, method: str, http_verb: str, path: str, data: Any = None, **parameters: Any
    ) -> Any:
        key, _ = config.auth
        return Promise.resolve(cls._loadJSON(get(config.uri + path, cls._preProcessParams(parameters), key=key)))


class PulledDataSource(CheckedResource, DataSource):  # type: ignore[misc]  # it has no types
    pass


class PulledPlan(CheckedResource, Plan):  # type: ignore[misc]  # it has no types
    pass


class PulledCustomer(CheckedResource, Customer):  # type: ignore[misc]  # it has no types
    pass


InvoiceSchema = Invoice._Schema.from_dict(
    {column.name: fields.String(allow_none=True) for column in TEXT_COLUMNS}, name="InvoiceSchema"
)
"""Of an invoice with its texts, of which the client drops those that it does not know."""


class PulledInvoice(CheckedResource, Invoice):  # type: ignore[misc]  # it has no types
    _schema = InvoiceSchema(unknown=EXCLUDE)


class PulledActivity(CheckedResource, Activity):  # type: ignore[misc]  # it has no types
    pass


class ChangedCustomer(CheckedResource):
    """A customer as it is now; None where it was merged or erased."""

    _path = "/customers/changes"
    _root_key = "entries"
    _many = namedtuple("_many", ["entries", "has_more", "cursor"], defaults=[None, None])

    class _Schema(Schema):
        uuid = fields.String()
        customer = fields.Nested(Customer._Schema, allow_none=True, unknown=EXCLUDE)

    _schema = _Schema(unknown=EXCLUDE)


class ChangedInvoice(CheckedResource):
    """An invoice as it is now; None where it was deleted."""

    _path = "/invoices/changes"
    _root_key = "entries"
    _many = namedtuple("_many", ["entries", "has_more", "cursor"], defaults=[None, None])

    class _Schema(Schema):
        uuid = fields.String()
        invoice = fields.Nested(InvoiceSchema, allow_none=True, unknown=EXCLUDE)

    _schema = _Schema(unknown=EXCLUDE)


class ToldEvent(CheckedResource):
    """What happened, as it happened."""

    _path = "/events"
    _root_key = "entries"
    _many = namedtuple("_many", ["entries", "has_more", "cursor"], defaults=[None, None])

    class _Schema(Schema):
        type = fields.String()
        data = fields.Dict()

    _schema = _Schema(unknown=EXCLUDE)


class CustomerSubscriptions(CheckedResource):
    """The subscriptions of one customer with all times at which they were cancelled."""

    _path = "/import/customers{/uuid}/subscriptions"
    _root_key = "subscriptions"
    _many = namedtuple("_many", ["subscriptions", "has_more", "cursor", "customer_uuid"], defaults=[None, None, None])
    _schema = CustomerSubscription._Schema(unknown=EXCLUDE)


@sensitive_variables("config")
def config_of(pull: Pull) -> Config:
    config = Config(password_of(pull))
    url = pull.url.rstrip("/")
    config.uri = url if url.endswith(VERSION) else url + VERSION
    return config


@sensitive_variables("config")
def page(resource: type[Resource], config: Config, **parameters: Any) -> PageThere:
    """A page of a list; parameters that are empty are not sent."""
    try:
        answer = resource.all(config, **{name: value for name, value in parameters.items() if value}).get()
        entries = getattr(answer, resource._root_key)
    except (ValidationError, TypeError, AttributeError):
        raise PullError(STRANGE) from None
    return PageThere(entries, getattr(answer, "cursor", None) or "", bool(getattr(answer, "has_more", False)))


@sensitive_variables("config")
def customer_named(config: Config, uuid: str) -> Customer | None:
    try:
        return PulledCustomer.retrieve(config, uuid=uuid).get()
    except NotFoundThereError:
        return None
    except ValidationError:
        raise PullError(STRANGE) from None


@sensitive_variables("config")
def has_changes(config: Config) -> bool:
    """Whether it lists what changed. ChartMogul does not, and looks for a customer of that name."""
    try:
        page(ChangedCustomer, config, per_page=1)
    except NotFoundThereError:
        return False
    return True


@sensitive_variables("config")
def data_source_there(config: Config, name: str) -> str:
    """The uuid of the data source that is pulled, by its name or uuid; without one, of the only one."""
    known: Mapping[str, str] = {source.uuid: source.name for source in page(PulledDataSource, config).entries}
    of_name = [uuid for uuid in known if name in ("", uuid, known[uuid])]
    if len(of_name) == 1:
        return of_name[0]
    names = ", ".join(sorted(known.values())) or "none"
    if name:
        raise PullError(f"There is no data source “{name}” there. There are: {names}.", "source_there")
    raise PullError(f"Enter which data source there is pulled. There are: {names}.", "source_there")
