"""Shop logins: each login of a customer opens the account, with its own password or one that was chosen for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction

from customers.lib.phrases import isolated
from customers.models import CartLogin, Customer, Merge, ProfileChange, SourceRecord
from customers.records.staff_record import staff_record_of


class LoginTakenError(Exception):
    """Nothing was changed: another customer has, or had, this login."""

    def __init__(self, login: str) -> None:
        super().__init__(f"The login “{isolated(login)}” is or was used by another customer. Enter another.")


def settle_logins(
    customer: Customer, values: Mapping[str, Any], *, among: Collection[int], merge: Merge | None = None
) -> dict[str, Any]:
    """`values` in which a typed login (a string) or new password (a hash) is replaced by the key of a CartLogin.

    A login that one of the customers `among` has is reused; LoginTakenError when another customer has it.
    """
    settled = dict(values)
    if isinstance(login := values.get("cart_login"), str):
        settled["cart_login"] = _typed_login(customer, login, among, merge).pk if login else None
    if isinstance(password := values.get("cart_password"), str):
        row = CartLogin(source_record=staff_record_of(customer), password=password, merge=merge) if password else None
        if row:
            row.save()
        settled["cart_password"] = row.pk if row else None
    return settled


def refuse_taken_login(login: str, among: Collection[int]) -> None:
    """LoginTakenError when a customer that is not `among` these has the login."""
    if CartLogin.objects.filter(login=login).exclude(source_record__customer__in=among).exists():
        raise LoginTakenError(login)


def _typed_login(customer: Customer, login: str, among: Collection[int], merge: Merge | None) -> CartLogin:
    refuse_taken_login(login, among)
    row = CartLogin.objects.select_related("merge").filter(login=login).first()
    if row is None:
        return create_login(staff_record_of(customer), login, merge=merge)
    if row.merge and (merge is None or row.merge.undone_at):
        row.merge = merge
        row.save(update_fields=["merge"])
    return row


def create_login(record: SourceRecord, login: str, password: str = "", *, merge: Merge | None = None) -> CartLogin:
    try:
        with transaction.atomic():
            return CartLogin.objects.create(source_record=record, login=login, password=password, merge=merge)
    except IntegrityError:
        # Also when it was entered for another customer at the same moment.
        raise LoginTakenError(login) from None


def set_own_password(row: CartLogin, hashed: str) -> None:
    latest = ProfileChange.objects.order_by("pk").values_list("pk", flat=True).last()
    CartLogin.objects.filter(pk=row.pk).update(password=hashed, chosen_after=latest or 0)


def customer_opened_by(login: str, password: str) -> Customer | None:
    rows = CartLogin.objects.select_related("merge", "source_record__customer", "source_record__origin")
    row = rows.filter(login=login).first()
    if row is None or not _works(row):
        return None
    hashes = [row.password, *_chosen_for(row)]
    opens = any(hashed and check_password(password, hashed) for hashed in hashes)
    return row.source_record.customer if opens else None


def _works(row: CartLogin) -> bool:
    """A login created by a merge that was undone works only where it was chosen since."""
    return not (row.merge and row.merge.undone_at) or row.source_record.customer.cart_login_id == row.pk


def _chosen_for(row: CartLogin) -> Iterator[str]:
    """The passwords chosen for the login by its customers, from the first owner to the live one, that show it."""
    customer: Customer | None = row.source_record.origin
    while customer is not None:
        if customer.cart_login_id == row.pk and customer.cart_password is not None and _is_chosen(row, by=customer):
            yield customer.cart_password.password
        customer = customer.merged_into


def _is_chosen(row: CartLogin, *, by: Customer) -> bool:
    """Whether `by` chose its password after the login got one of its own."""
    since = by.changes.filter(pk__gt=row.chosen_after, merge__undone_at=None)
    return not row.chosen_after or since.filter(values__cart_password__after=by.cart_password_id).exists()
