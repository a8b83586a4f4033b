"""The export of the worklist: a row for each customer of each group, the groups in the order of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from customers.lib.columns import Column, ValueKind
from customers.matching.worklist.filters import WorklistFilter
from customers.matching.worklist.page import DuplicateGroup, GroupMember, worklist_page
from customers.matching.worklist.queue import read_place
from customers.models import Customer, SharedValue
from customers.totals.columns import totals_columns
from customers.totals.status import status_of

GROUP, CUSTOMER = "Group", "Customer"
STRENGTHS = {"both": "Email and phone", "email": "Email", "phone": "Phone"}


@dataclass(frozen=True)
class ExportedMember:
    group: DuplicateGroup
    member: GroupMember

    @property
    def customer(self) -> Customer:
        return self.member.customer


COLUMNS: tuple[Column[ExportedMember], ...] = (
    Column("Group", lambda row: row.group.oldest.pk, ValueKind.NUMBER, GROUP),
    Column("Customers in the group", lambda row: len(row.group.members), ValueKind.NUMBER, GROUP),
    Column("Match", lambda row: STRENGTHS.get(row.group.kind, ""), group=GROUP),
    Column("Shared values", lambda row: ", ".join(reason.written for reason in row.group.reasons), group=GROUP),
    Column("Evidence", lambda row: ", ".join(dict.fromkeys(map(str, row.group.reasons))), group=GROUP),
    Column("Against", lambda row: ", ".join(row.group.against), group=GROUP),
    Column("Sources", lambda row: ", ".join(row.group.sources), group=GROUP),
    Column("Number", lambda row: row.customer.pk, ValueKind.NUMBER, CUSTOMER),
    Column("Id", lambda row: row.customer.uuid, group=CUSTOMER),
    Column("Name", lambda row: row.customer.name, group=CUSTOMER),
    Column("Email", lambda row: row.customer.email, group=CUSTOMER),
    Column("Phone", lambda row: row.customer.phone, group=CUSTOMER),
    Column("Company", lambda row: row.customer.company, group=CUSTOMER),
    Column("Status", lambda row: status_of(row.customer, row.member.totals), group=CUSTOMER),
    Column("Created (UTC)", lambda row: row.customer.created, ValueKind.TIME, CUSTOMER),
    *totals_columns(lambda row: row.member.totals),
)


def is_short(*, most: int) -> bool:
    """Judged by how many have each shared value, which are two or more, and who may be counted more than once."""
    holders = SharedValue.objects.values_list("holders", flat=True)[: most // 2 + 1]
    return sum(holders) <= most


def export_part(after: str, *, only: WorklistFilter) -> tuple[Sequence[ExportedMember], str]:
    """The groups that follow, and where the next part begins; "" after the last."""
    page = worklist_page(read_place(after), only=only)
    return [ExportedMember(group, member) for group in page.groups for member in group.members], page.following


def export_rows(*, only: WorklistFilter) -> Iterator[ExportedMember]:
    rows, following = export_part("", only=only)
    yield from rows
    while following:
        rows, following = export_part(following, only=only)
        yield from rows
