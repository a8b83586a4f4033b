"""Memberships of clubs: queried, reactivated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.endpoint import Call, endpoint, query_endpoint
from crm.api.konnektive.errors import invalid, missing
from crm.api.konnektive.fields import Id, Parameters, Text, Whole
from crm.api.konnektive.formats import format_day, format_time
from crm.api.konnektive.paging import NumberedPage, answer_page
from crm.api.konnektive.queries import PersonFilter, RowQuery, filter_rows, without_none
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from customers.records.changed_since import changed_at
from orders.models import Membership
from orders.permissions import CANCEL
from orders.subscriptions.memberships import reactivate_membership


class MemberQuery(RowQuery, PersonFilter):
    club_id: Text | None = None
    member_id: Whole | None = None
    order_id: Id | None = None
    purchase_id: Whole | None = None


@query_endpoint(MemberQuery, VIEW_CUSTOMERS, VIEW_ORDERS)
def members_query(call: Call, query: MemberQuery) -> NumberedPage:
    filters = without_none(
        pk=query.member_id, club=query.club_id, purchase=query.purchase_id, purchase__order__number=query.order_id
    )
    by_id = any((query.member_id, query.order_id, query.purchase_id))
    rows = filter_rows(Membership.objects.filter(**filters), query, by_id=by_id)
    return answer_page(rows, query, what="members", write=member_rows)


class ReactivateMember(Parameters):
    """`clubId` as `members/query` answers it."""

    club_id: Text
    member_id: Whole


@endpoint(ReactivateMember, VIEW_CUSTOMERS, VIEW_ORDERS, CANCEL)
def members_reactivate(call: Call, sent: ReactivateMember) -> dict[str, Any]:
    membership = Membership.objects.select_related("source_record").filter(pk=sent.member_id).first()
    if membership is None:
        raise missing("member", sent.member_id, parameter="memberId", noun="membership")
    if membership.club != sent.club_id:
        raise invalid(clubId="This membership is of another club.")
    return member_rows([reactivate_membership(membership, by=call.by)])[0]


def member_rows(memberships: Sequence[Membership]) -> list[dict[str, Any]]:
    # Never with the password of the club.
    prefetch_related_objects(memberships, "source_record", "purchase__order")
    return [_member_row(membership) for membership in memberships]


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
        "nextBillDate": format_day(purchase.next_bill_date) if purchase else None,
        "dateCreated": format_time(membership.at),
        "dateUpdated": format_time(changed_at(membership, membership.source_record)),
    }
