"""The tables that say something of a customer: those in the file, and those that are not, each with the reason.

Linked tables and what hangs off their rows are found in the schema, so a new one is in the file by itself. All others
stand here; `tests/crm/personal_data/test_tables.py` fails until a new table does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.text import slugify

from crm.audit.models import AuditEntry
from crm.webhooks.models import Attempt, Delivery
from customers.erasing.delete_rows import Model, referring
from customers.models import (
    CombinationMember,
    Customer,
    ErasedRecord,
    Event,
    EvidencePair,
    GroupToMerge,
    LikelyAnswer,
    LikelyPair,
    LinkedRow,
    Merge,
    MergeDraft,
    MergeMember,
    MergeRequest,
    MergeToUndo,
    NotDuplicate,
    ProfileChange,
    RuleFinding,
    SampledMerge,
    SourceRecord,
    Visit,
)
from customers.records.registry import all_linked_models
from orders.models import DoublePayment, IdempotencyKey, ImportSample


@dataclass(frozen=True)
class SubjectTable:
    """A table in the file.

    `owners` are the columns by which a row belongs to a customer, or to a source record where it is `of_records`; a row
    of which two name the person is there once. Rows that hang off others, such as the lines of an order, name the table
    of those as `parent`.
    """

    model: Model
    owners: tuple[str, ...]
    of_records: bool = False
    parent: "SubjectTable | None" = None
    called: str = ""

    @property
    def name(self) -> str:
        """As a file is called: order-items."""
        return self.called or slugify(str(self.model._meta.verbose_name_plural))

    @property
    def is_by_time(self) -> bool:
        """Whether an index leads from an owner to its rows by time; otherwise an owner has few."""
        return issubclass(self.model, LinkedRow | Event | AuditEntry)


OF_CUSTOMERS = (
    SubjectTable(Customer, ("pk",)),
    SubjectTable(ProfileChange, ("customer",)),
    SubjectTable(SourceRecord, ("pk",), of_records=True),
)
EVENTS = SubjectTable(Event, ("customer",))
AFTER_LINKED = (
    SubjectTable(Merge, ("survivor",)),
    SubjectTable(MergeMember, ("duplicate",)),
    SubjectTable(NotDuplicate, ("first", "second")),
    EVENTS,
    SubjectTable(Delivery, ("event",), parent=EVENTS, called="deliveries"),
    SubjectTable(AuditEntry, ("customer",), called="audit-entries"),
)

_SCORES = "Scores of likely duplicates and findings of rules: they compare two customers, by rows that are in the file."
_DRAFTS = "Merges that a user has not finished: they are deleted after a day."
_REQUESTS = "Requests for a second person: who asked and answered is in the history, which is in the file."
_WORK_LISTS = "Work lists of merges and undos of many customers: the merges themselves are in the file."
LEFT_OUT: dict[Model, str] = {
    Attempt: "Attempts to send an event: the deliveries say what was sent to which system.",
    CombinationMember: "By what the list of customers is filtered: worked out from rows that are in the file.",
    DoublePayment: "Who may pay twice: found in purchases and charges that are in the file.",
    EvidencePair: _SCORES,
    ErasedRecord: "IDs of erased customers: only as digests, and of nobody who can be exported.",
    GroupToMerge: _WORK_LISTS,
    IdempotencyKey: "What API clients were answered: kept for a short time, and what they did is in the file.",
    ImportSample: "Rows of imported files: deleted after a time, and what came of them is in the file.",
    LikelyAnswer: _SCORES,
    LikelyPair: _SCORES,
    MergeDraft: _DRAFTS,
    MergeDraft.customers.through: _DRAFTS,
    MergeRequest: _REQUESTS,
    MergeRequest.customers.through: _REQUESTS,
    MergeToUndo: _WORK_LISTS,
    RuleFinding: _SCORES,
    SampledMerge: "Answers of reviewers about merges: they judge the work of staff, and the merges are in the file.",
    Visit: "Customers that a user opened last: who looked at a customer is on the audit log, where that is set.",
}
DERIVED = "Match keys, search words and totals: worked out from rows that are in the file."


@cache
def subject_tables() -> tuple[SubjectTable, ...]:
    return (*OF_CUSTOMERS, *_linked_tables(), *AFTER_LINKED)


def _linked_tables() -> Iterator[SubjectTable]:
    for model in all_linked_models():
        linked = SubjectTable(model, ("source_record",), of_records=True)
        yield linked
        for link in referring(model):
            if not (link.null or issubclass(link.model, LinkedRow) or is_derived(link.model)):
                yield SubjectTable(link.model, (link.name,), parent=linked)


def is_derived(model: Model) -> bool:
    return bool(getattr(model, "derived", False))


def left_out() -> dict[Model, str]:
    """{table: why it is not in the file}, the derived ones too."""
    derived = {link.model: DERIVED for link in referring(SourceRecord) if is_derived(link.model)}
    return LEFT_OUT | derived
