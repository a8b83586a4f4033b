"""Shop accounts: what a login and its password open, and both set anew. A password is never answered."""

from __future__ import annotations

from typing import Annotated, Any

from django.contrib.auth.hashers import make_password
from django.views.decorators.debug import sensitive_variables
from pydantic import SecretStr

from crm.api import rate_limit
from crm.api.konnektive.customers.rows import customer_rows
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import Parameters, Text, Whole, at_most
from crm.api.konnektive.orders.rows import order_rows
from crm.api.konnektive.purchases.rows import purchase_rows
from crm.api.konnektive.queries import customer
from customers.models import CartLogin, Customer
from customers.profile import cart_logins, shop_logins
from customers.profile.clean import LONGEST_LOGIN
from customers.records.newest import newest
from customers.web.permissions import VIEW_ORDERS
from orders.models import Order, Purchase

VIEW, CHANGE = "customers.view_customer", "customers.change_customer"
A_QUARTER = 15 * 60
MOST_FAILURES = 10

Login = Annotated[Text, at_most(LONGEST_LOGIN)]


class ProfileQuery(Parameters):
    e_commerce_login: Login
    e_commerce_password: SecretStr | None = None
    customer_id: Whole | None = None


@endpoint(VIEW, VIEW_ORDERS)
def query(call: Call) -> dict[str, Any]:
    asked = call.read(ProfileQuery)
    if asked.e_commerce_password is None and asked.customer_id is None:
        raise invalid(eCommercePassword="Send the password or the customerId.")
    found = _opened(asked) if asked.e_commerce_password else _of_customer(asked)
    row = customer_rows([found], with_custom=True)[0]
    sources = {str(each["paySourceId"]): each for each in row["paySources"]}
    return row | {
        "paySources": sources,
        "primaryPaySourceId": row["paySourceId"],
        "orders": order_rows(list(newest(Order, found))),
        "purchases": purchase_rows(list(newest(Purchase, found))),
    }


@sensitive_variables()
def _opened(asked: ProfileQuery) -> Customer:
    """Whom the login and the password open; both wrong and unknown are answered alike, and not without end."""
    door = f"shop login {asked.e_commerce_login}"
    if rate_limit.counted(door, seconds=A_QUARTER) >= MOST_FAILURES:
        raise CallError("Too many wrong passwords for this login. Try again in 15 minutes.")
    password = asked.e_commerce_password.get_secret_value() if asked.e_commerce_password else ""
    found = cart_logins.opened_by(asked.e_commerce_login, password)
    if found is None:
        rate_limit.count(door, seconds=A_QUARTER)
        raise CallError("No customers matching those parameters could be found")
    return found


def _of_customer(asked: ProfileQuery) -> Customer:
    found = customer(asked.customer_id or 0)
    if not CartLogin.objects.filter(login=asked.e_commerce_login, source_record__customer=found).exists():
        raise CallError("No customers matching those parameters could be found")
    return found


class Profile(Parameters):
    customer_id: Whole
    e_commerce_login: Login
    e_commerce_password: SecretStr | None = None


@endpoint(VIEW, CHANGE)
def update(call: Call) -> dict[str, Any]:
    """Set the password of a login anew; a login that there is not is added."""
    sent = call.read(Profile)
    found = customer(sent.customer_id)
    row = CartLogin.objects.filter(login=sent.e_commerce_login, source_record__customer=found).first()
    try:
        if row is None:
            shop_logins.add(found, sent.e_commerce_login, _hashed(sent), by=call.by, via="api")
        elif sent.e_commerce_password:
            shop_logins.set_password(found, row, _hashed(sent), by=call.by, via="api")
    except shop_logins.LoginError as error:
        raise CallError(str(error)) from None
    return customer_rows([customer(sent.customer_id)])[0]


@sensitive_variables()
def _hashed(sent: Profile) -> str:
    return make_password(sent.e_commerce_password.get_secret_value()) if sent.e_commerce_password else ""
