"""What staff do with shop logins and payment methods: add a login, set its password, choose the one that is shown.

Every login of a customer opens the account; the one that is shown is a field of the profile. A password set here
belongs to the login, wherever that goes, and replaces all that opened it before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.locks import lock_live
from customers.models import CartLogin, Customer, HistoryKind, PaySource
from customers.profile.edit import edit_profile
from customers.profile.shop_logins import LoginTakenError, create_login, set_own_password
from customers.records import history
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User


class LoginError(ActionError):
    pass


@transaction.atomic
def add_login(customer: Customer, login: str, password: str, *, by: User, via: str = "page") -> CartLogin:
    """A new login, which is shown if the customer had none; `password` is a hash or ""."""
    locked = _locked(customer)
    if CartLogin.objects.filter(login=login, source_record__customer=locked).exists():
        raise LoginError(f"This customer already has the login “{isolated(login)}”.")
    try:
        row = create_login(staff_record_of(locked), login, password)
    except LoginTakenError as error:
        raise LoginError(str(error)) from None
    history.write(locked, HistoryKind.EDIT, "Added the login {login}.", login=login, by=by)
    if locked.cart_login_id is None:
        show_login(locked, row, by=by, via=via)
    return row


@transaction.atomic
def show_login(customer: Customer, row: CartLogin, *, by: User, via: str = "page") -> None:
    locked = _locked(customer)
    _refuse_foreign(locked, row)
    before, chosen = locked.cart_login, locked.cart_password
    if before and before != row and chosen and not before.password and _survives_undo(chosen, before):
        # The login takes along the password that was chosen for it.
        CartLogin.objects.filter(pk=before.pk).update(password=chosen.password)
    if before != row:
        _edit(locked, {"cart_login": row.pk, "cart_password": row.pk if row.password else None}, by=by, via=via)


def _survives_undo(chosen: CartLogin, login: CartLogin) -> bool:
    """Whether the password `chosen` stays with the login whatever is undone: no merge brought the two together."""
    same_origin = chosen.source_record.origin_id == login.source_record.origin_id
    return chosen.merge_id is None and (chosen.login is None or same_origin)


@transaction.atomic
def set_login_password(customer: Customer, row: CartLogin, password: str, *, by: User, via: str = "page") -> None:
    """Let only the hash `password` open the login."""
    locked = _locked(customer)
    _refuse_foreign(locked, row)
    set_own_password(row, password)
    history.write(locked, HistoryKind.EDIT, "Changed the password of the login {login}.", login=row.login or "", by=by)
    if locked.cart_login_id == row.pk:
        _edit(locked, {"cart_password": row.pk}, by=by, via=via)


@transaction.atomic
def set_default_payment_method(customer: Customer, row: PaySource, *, by: User) -> None:
    locked = _locked(customer)
    _refuse_foreign(locked, row)
    _edit(locked, {"pay_source": row.pk}, by=by, via="page")


def _locked(customer: Customer) -> Customer:
    locked = lock_live(customer.pk)
    if locked.erased_at:
        raise LoginError(f"Nothing was changed: customer {locked.pk} was erased.")
    return locked


def _refuse_foreign(customer: Customer, row: CartLogin | PaySource) -> None:
    if row.source_record.customer_id != customer.pk:
        raise LoginError(f"Nothing was changed: this no longer belongs to {customer.name_with_number}.")


def _edit(customer: Customer, values: dict[str, Any], *, by: User, via: str) -> None:
    edit_profile(customer, values, version=customer.version, by=by, via=via)
