"""Customers in requests and answers."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BaseModel, Field

from crm.api.chartmogul.customers.attribute_values import AttributeIn
from crm.api.chartmogul.customers.profile import with_profile_answers, with_profile_fields
from crm.api.chartmogul.fields import IdText
from crm.api.chartmogul.paging import CursorQuery, NumberedPageOut, PageOut
from crm.api.chartmogul.times import Moment
from crm.api.countries import refuse_unknown_country


class AttributesIn(BaseModel):
    tags: list[str] = []
    custom: list[AttributeIn] | dict[str, Any] = []


class PrimaryContactIn(BaseModel):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    title: str | None = None
    phone: str | None = None
    linked_in: str | None = None
    twitter: str | None = None
    notes: str | None = None
    external_id: IdText | None = None


@with_profile_fields
class CustomerChange(Schema):
    """Fields that are not sent keep their values. null clears a field."""

    name: str | None = None
    country: Annotated[str, AfterValidator(refuse_unknown_country)] | None = None
    state: str | None = None
    city: str | None = None
    zip: str | None = None
    status: str | None = None
    owner: str | None = None
    lead_created_at: Moment | None = None
    free_trial_started_at: Moment | None = None
    attributes: AttributesIn | None = None
    primary_contact: PrimaryContactIn | None = None


class CustomerIn(CustomerChange):
    data_source_uuid: str
    external_id: IdText


class CustomerListQuery(CursorQuery):
    data_source_uuid: str = ""
    external_id: IdText = ""
    status: str = ""
    system: str = ""


class CustomerSearchQuery(CursorQuery):
    email: str
    with_associated_emails: bool = False


class AttributeOptions(Schema):
    with_overrides: bool = False
    attributes_with_history: bool = False


class AddressOut(Schema):
    country: str | None
    state: str | None
    city: str | None
    address_zip: str | None


class AttributesOut(Schema):
    custom: dict[str, str | int | float | bool]
    clearbit: dict[str, Any]
    stripe: dict[str, Any]
    tags: list[str]
    overrides: dict[str, Any] | None = None
    historical_values: dict[str, Any] | None = None


@with_profile_answers
class CustomerOut(Schema):
    id: int
    uuid: str
    external_id: str
    name: str
    status: str
    customer_since: str | None = Field(alias="customer-since")
    attributes: AttributesOut
    data_source_uuid: str
    data_source_uuids: list[str]
    external_ids: list[str]
    country: str | None
    state: str | None
    city: str | None
    zip: str | None
    lead_created_at: str | None
    free_trial_started_at: str | None
    address: AddressOut
    mrr: int
    arr: int
    billing_system_url: str | None = Field(alias="billing-system-url")
    chartmogul_url: str = Field(alias="chartmogul-url")
    billing_system_type: str = Field(alias="billing-system-type")
    currency: str
    currency_sign: str = Field(alias="currency-sign")
    owner: str | None


class CustomersOut(Schema):
    """All that match, on one page."""

    entries: list[CustomerOut]


class CustomerPageOut(CustomersOut, NumberedPageOut):
    """Some of many."""


class CustomerChangeOut(Schema):
    """A customer that was created or changed. One that is gone has no `customer`."""

    uuid: str
    updated_at: str
    merged_into_uuid: str | None
    erased_at: str | None
    customer: CustomerOut | None


class CustomerChangesOut(PageOut):
    entries: list[CustomerChangeOut]
