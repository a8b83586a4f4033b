from collections.abc import Collection, Mapping

from django.db import models

from customers.lib.phrases import Notice, isolated
from customers.models import LinkedRow, Tab, TabPosition
from customers.permissions import VIEW_ORDERS
from orders.models.subscription import Purchase, shared_by_customers


class MembershipStatus(models.TextChoices):
    ACTIVE = "ACTIVE", "Active"
    INACTIVE = "INACTIVE", "Inactive"
    EXPIRED = "EXPIRED", "Expired"


class Membership(LinkedRow):
    """A membership of a club, with the name that the customer signs in with there."""

    known_as = ("member", "pk")
    tab = Tab(
        "Memberships",
        "orders/purchase/_membership_rows.html",
        TabPosition.MEMBERSHIPS,
        VIEW_ORDERS,
        "A membership appears here when the customer joins a club.",
    )

    club = models.CharField(max_length=100)
    user_name = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10, choices=MembershipStatus, default=MembershipStatus.ACTIVE)
    purchase = models.ForeignKey(Purchase, models.PROTECT, null=True, blank=True, related_name="memberships")
    updated = models.DateTimeField(auto_now=True)

    class Meta(LinkedRow.Meta):
        indexes = [
            *LinkedRow.Meta.indexes,
            # API queries by day, and by time of the last change.
            models.Index(fields=["at", "id"], name="membership_by_at"),
            # The members of a club.
            models.Index(fields=["club", "at", "id"], name="membership_by_club"),
            models.Index(fields=["updated", "id"], name="membership_by_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.club}: {self.user_name}"

    @classmethod
    def merge_warnings(cls, records_of: Mapping[int, Collection[int]]) -> list[Notice]:
        shared = shared_by_customers(cls.objects.filter(status=MembershipStatus.ACTIVE), "club", records_of)
        return [
            Notice(
                "Several memberships of one club.",
                f"Customers {numbers} have their own memberships of {isolated(club)}. The merge keeps all of them.",
            )
            for club, numbers in shared
        ]
