"""The tables of customers, their source records and the rows linked to them, with what is always true of a row.

Read customer.py first, then source.py (source records), linked.py (rows linked to them) and merge.py.
"""

from customers.models.batch import BatchUndo, GroupToMerge, MergeBatch, MergeOutcome, MergeToUndo, UndoOutcome
from customers.models.customer import BillingStatus, Customer, LeadStatus, ProfileChange
from customers.models.deleted_row import DeletedRow
from customers.models.engagement.labels import Attribute, AttributeKind, Tag
from customers.models.engagement.lists import AccountType, ClosingReason, LeadPhase, ListEntry
from customers.models.engagement.phase_sum import PhaseSum
from customers.models.engagement.rows import (
    OPEN_FORECASTS,
    Contact,
    ForecastCategory,
    Note,
    NoteKind,
    Opportunity,
    OpportunityKind,
)
from customers.models.engagement.task import Task
from customers.models.erasing import ErasedRecord, Erasure
from customers.models.event import Event, EventKind
from customers.models.evidence import EvidenceKey, EvidenceKind, EvidencePair, EvidenceProgress, IdentifyingAttribute
from customers.models.history import HistoryEntry, HistoryKind, HistoryReader
from customers.models.likely_model import LikelyAnswer, TrainedModel
from customers.models.linked import LinkedRow, StaffRow, Tab, TabPosition
from customers.models.matching import (
    IgnoredValue,
    IgnoredValueChange,
    LikelyPair,
    LikelyScan,
    MatchKey,
    MatchKind,
    NotDuplicate,
    Relation,
    SearchWord,
    SharedValue,
    UnmatchedValue,
)
from customers.models.merge import Merge, MergeDraft, MergeMember, Via
from customers.models.merge_request import MergePolicy, MergeRequest, RequestState
from customers.models.payment import CartLogin, CreditEntry, PaySource
from customers.models.review import CountedMerges, MergeCount, MergedBy, MergeSample, MergeVerdict, SampledMerge
from customers.models.rule import BackTest, MergeRule, MergeRuleChange, RuleFinding
from customers.models.search.beginnings import BeginningBlock, BeginningProgress, FrequentBeginning
from customers.models.search.filters import CombinationMember, FilterCombination, FilterProgress
from customers.models.source import DataSource, DataSourceChange, SourceRecord
from customers.models.totals import MonthTotals, RecordTotals
from customers.models.visit import Visit
from customers.statements import among as among

__all__ = [
    "OPEN_FORECASTS",
    "AccountType",
    "Attribute",
    "AttributeKind",
    "BackTest",
    "BatchUndo",
    "BeginningBlock",
    "BeginningProgress",
    "BillingStatus",
    "CartLogin",
    "ClosingReason",
    "CombinationMember",
    "Contact",
    "CountedMerges",
    "CreditEntry",
    "Customer",
    "DataSource",
    "DataSourceChange",
    "DeletedRow",
    "ErasedRecord",
    "Erasure",
    "Event",
    "EventKind",
    "EvidenceKey",
    "EvidenceKind",
    "EvidencePair",
    "EvidenceProgress",
    "FilterCombination",
    "FilterProgress",
    "ForecastCategory",
    "FrequentBeginning",
    "GroupToMerge",
    "HistoryEntry",
    "HistoryKind",
    "HistoryReader",
    "IdentifyingAttribute",
    "IgnoredValue",
    "IgnoredValueChange",
    "LeadPhase",
    "LeadStatus",
    "LikelyAnswer",
    "LikelyPair",
    "LikelyScan",
    "LinkedRow",
    "ListEntry",
    "MatchKey",
    "MatchKind",
    "Merge",
    "MergeBatch",
    "MergeCount",
    "MergeDraft",
    "MergeMember",
    "MergeOutcome",
    "MergePolicy",
    "MergeRequest",
    "MergeRule",
    "MergeRuleChange",
    "MergeSample",
    "MergeToUndo",
    "MergeVerdict",
    "MergedBy",
    "MonthTotals",
    "NotDuplicate",
    "Note",
    "NoteKind",
    "Opportunity",
    "OpportunityKind",
    "PaySource",
    "PhaseSum",
    "ProfileChange",
    "RecordTotals",
    "Relation",
    "RequestState",
    "RuleFinding",
    "SampledMerge",
    "SearchWord",
    "SharedValue",
    "SourceRecord",
    "StaffRow",
    "Tab",
    "TabPosition",
    "Tag",
    "Task",
    "TrainedModel",
    "UndoOutcome",
    "UnmatchedValue",
    "Via",
    "Visit",
]
