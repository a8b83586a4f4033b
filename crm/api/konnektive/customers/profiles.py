"""Shop logins: find the customer of a login, add a login, set its password. A password is never answered."""

from __future__ import annotations

from typing import Annotated, Any

from django.contrib.auth.hashers import make_password
from django.views.decorators.debug import sensitive_variables
from pydantic import SecretStr

from crm import rate_limit
from crm.api.konnektive.customers.rows import customer_rows
from crm.api.konnektive.endpoint import Call, endpoint, query_endpoint
from crm.api.konnektive.errors import CallError, invalid, nothing_found
from crm.api.konnektive.fields import Parameters, Text, Whole, at_most
from crm.api.konnektive.orders.rows import order_rows
from crm.api.konnektive.purchases.rows import purchase_rows
from crm.api.konnektive.queries import find_customer
from customers.models import CartLogin, Customer
from customers.permissions import CHANGE_CUSTOMERS, VIEW_CUSTOMERS, VIEW_ORDERS
from customers.profile.clean import LONGEST_LOGIN
from customers.profile.edit_logins import add_login, set_login_password
from customers.profile.shop_logins import customer_opened_by
from customers.records.newest import newest
from orders.models import Order, Purchase

A_QUARTER = 15 * 60
MOST_FAILURES = 10

Login = Annotated[Text, at_most(LONGEST_LOGIN)]


class ProfileQuery(Parameters):
    e_commerce_login: Login
    e_commerce_password: SecretStr | None = None
    customer_id: Whole | None = None


@query_endpoint(ProfileQuery, VIEW_CUSTOMERS, VIEW_ORDERS)
def profile_query(call: Call, query: ProfileQuery) -> dict[str, Any]:
    if query.e_commerce_password is None and query.customer_id is None:
        raise invalid(eCommercePassword="Send the password or the customerId.")
    customer = _opened_by_password(query) if query.e_commerce_password else _of_customer(query)
    row = customer_rows([customer], with_custom=True, with_orders=True)[0]
    sources = {str(source["paySourceId"]): source for source in row["paySources"]}
    return row | {
        "paySources": sources,
        "primaryPaySourceId": row["paySourceId"],
        "orders": order_rows(list(newest(Order, customer))),
        "purchases": purchase_rows(list(newest(Purchase, customer))),
    }


@sensitive_variables()
def _opened_by_password(query: ProfileQuery) -> Customer:
    # A wrong password and an unknown login are answered alike, and only so many times.
    attempt = f"shop login {query.e_commerce_login}"
    # Counted before the password is compared: of many sent at once, all would be compared first.
    if rate_limit.count(attempt, seconds=A_QUARTER) > MOST_FAILURES:
        raise CallError("Too many wrong passwords for this login. Try again in 15 minutes.")
    password = query.e_commerce_password.get_secret_value() if query.e_commerce_password else ""
    customer = customer_opened_by(query.e_commerce_login, password)
    if customer is None:
        raise nothing_found("customers")
    rate_limit.take_back(attempt, seconds=A_QUARTER)
    return customer


def _of_customer(query: ProfileQuery) -> Customer:
    customer = find_customer(query.customer_id or 0)
    if not CartLogin.objects.filter(login=query.e_commerce_login, source_record__customer=customer).exists():
        raise nothing_found("customers")
    return customer


class UpdateProfile(Parameters):
    customer_id: Whole
    e_commerce_login: Login
    e_commerce_password: SecretStr | None = None


@endpoint(UpdateProfile, VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
def profile_update(call: Call, sent: UpdateProfile) -> dict[str, Any]:
    """Set the password of a login, which is added if it does not exist."""
    customer = find_customer(sent.customer_id)
    row = CartLogin.objects.filter(login=sent.e_commerce_login, source_record__customer=customer).first()
    if row is None:
        add_login(customer, sent.e_commerce_login, _hashed(sent), by=call.by, via="api")
    elif sent.e_commerce_password:
        set_login_password(customer, row, _hashed(sent), by=call.by, via="api")
    return customer_rows([find_customer(sent.customer_id)], with_orders=call.by.has_perm(VIEW_ORDERS))[0]


@sensitive_variables()
def _hashed(sent: UpdateProfile) -> str:
    return make_password(sent.e_commerce_password.get_secret_value()) if sent.e_commerce_password else ""
