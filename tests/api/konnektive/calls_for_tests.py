"""Urls with one call, which answers what it was asked."""

from django.urls import re_path

from crm.api.konnektive.endpoint import endpoint
from crm.api.konnektive.errors import nothing_found
from crm.api.konnektive.fields import Amount, Currency, Email, Parameters, Secret, Text, Truth, Whole
from crm.api.konnektive.formats import format_time
from crm.api.konnektive.paging import DatedQuery, PagedQuery, answer_page
from crm.urls import urlpatterns as ours
from customers.records.changed_since import ChainedQuery
from orders.models import Campaign


class Asked(Parameters):
    campaign_id: Whole
    first_name: Text = ""
    email_address: Email = ""
    sales_tax: Amount | None = None
    currency: Currency = "USD"
    bill_ship_same: Truth = False
    card_number: Secret | None = None


@endpoint(Parameters, "orders.add_order")
def echo(call, sent):
    return {name: value for name, value in call.parameters.items() if name not in ("password", "loginId")}


@endpoint(Asked)
def checked(call, sent):
    return sent.model_dump(mode="json", by_alias=True)


@endpoint(Asked)
def broken(call, secret):
    raise RuntimeError(repr(call) + repr(secret))


@endpoint(DatedQuery)
def dated(call, sent):
    return [format_time(time) for time in sent.period()]


@endpoint(PagedQuery)
def listed(call, query):
    campaigns = ChainedQuery(Campaign.objects.order_by("pk"))
    return answer_page(campaigns, query, what="campaigns", write=lambda rows: [row.name for row in rows])


@endpoint(Parameters)
def none(call, sent):
    raise nothing_found("orders")


urlpatterns = [
    re_path("^order/echo/?$", echo),
    re_path("^order/checked/?$", checked),
    re_path("^order/broken/?$", broken),
    re_path("^order/dated/?$", dated),
    re_path("^order/listed/?$", listed),
    re_path("^order/none/?$", none),
    *ours,
]
