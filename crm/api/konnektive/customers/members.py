"""Memberships of clubs: asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.fields import Id, Text, Whole
from crm.api.konnektive.paging import page
from crm.api.konnektive.queries import Person, Query, rows, without_none
from crm.api.konnektive.writing import day, moment
from customers.web.permissions import VIEW_ORDERS
from orders.models import Membership


class MemberQuery(Query, Person):
    club_id: Text | None = None
    member_id: Whole | None = None
    order_id: Id | None = None
    purchase_id: Whole | None = None


@endpoint("customers.view_customer", VIEW_ORDERS)
def query(call: Call) -> dict[str, Any]:
    asked = call.read(MemberQuery)
    filters = without_none(
        pk=asked.member_id, club=asked.club_id, purchase=asked.purchase_id, purchase__order__number=asked.order_id
    )
    by_id = any((asked.member_id, asked.order_id, asked.purchase_id))
    found = Membership.objects.filter(**filters)
    return page(rows(Membership, asked, found, by_id=by_id), asked, what="members", write=member_rows)


def member_rows(memberships: Sequence[Membership]) -> list[dict[str, Any]]:
    """Without the password of the club, which nobody is told."""
    prefetch_related_objects(memberships, "source_record", "purchase__order")
    return [_member_row(each) for each in memberships]


def _member_row(membership: Membership) -> dict[str, Any]:
    purchase = membership.purchase
    return {
        "memberId": membership.pk,
        "clubId": membership.club,
        "clubName": membership.club,
        "clubUsername": membership.user_name,
        "status": membership.status,
        "customerId": membership.source_record.customer_id,
        "orderId": purchase.order.number if purchase and purchase.order else None,
        "purchaseId": str(purchase.pk) if purchase else None,
        "nextBillDate": day(purchase.next_bill_date) if purchase else None,
        "dateCreated": moment(membership.at),
        "dateUpdated": moment(membership.updated),
    }
