"""A sampled merge as a reviewer sees it: what the customers have in common, how their names agree, and what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from customers.lib.phones.written import readable_phone
from customers.merging.changed_values import changed_values
from customers.merging.names_then import fill_names
from customers.merging.preview import ValueChange
from customers.models import MatchKey, MatchKind, Merge, MergeMember, MergeSample, SampledMerge, SourceRecord
from customers.models.matching import Key


@dataclass(frozen=True)
class SharedKey:
    """A value that records of the kept customer and of a merged one have."""

    kind: str
    value: str

    @property
    def label(self) -> str:
        return f"same {MatchKind(self.kind).label}"

    @property
    def written(self) -> str:
        return readable_phone(self.value) if self.kind == MatchKind.PHONE else self.value


@dataclass(frozen=True)
class SampleRow:
    row: SampledMerge
    members: Sequence[MergeMember]
    shared: Sequence[SharedKey]
    changes: Sequence[ValueChange]

    @property
    def merge(self) -> Merge:
        return self.row.merge

    @property
    def is_erased(self) -> bool:
        return bool(self.merge.survivor.erased_at) or any(member.duplicate.erased_at for member in self.members)

    @property
    def can_be_undone(self) -> bool:
        return not self.merge.undone_at and not self.is_erased


def rows_of(sample: MergeSample) -> list[SampleRow]:
    rows = list(
        sample.rows.select_related("merge__survivor__merged_into", "merge__by", "merge__rule", "by").order_by("pk")
    )
    members: dict[int, list[MergeMember]] = {row.merge_id: [] for row in rows}
    for member in MergeMember.objects.filter(merge__in=members).select_related("duplicate").order_by("duplicate"):
        members[member.merge_id].append(member)
    merges = [row.merge for row in rows]
    fill_names(merges, [member for of_merge in members.values() for member in of_merge])
    shared = _shared_keys(merges, members)
    changes = changed_values({row.merge: members[row.merge_id] for row in rows})
    return [SampleRow(row, members[row.merge_id], shared[row.merge_id], changes[row.merge_id]) for row in rows]


def _shared_keys(merges: Sequence[Merge], members: Mapping[int, Sequence[MergeMember]]) -> dict[int, list[SharedKey]]:
    """{merge: keys}. The kept customer's own records are those that it has, but for those that the merge brought."""
    survivors = {merge.pk: merge.survivor.live_root().pk for merge in merges}
    own = SourceRecord.objects.filter(origin__in=[merge.survivor_id for merge in merges]) | SourceRecord.objects.filter(
        customer__in=set(survivors.values())
    )
    records: defaultdict[int, set[int]] = defaultdict(set)
    for pk, origin, customer in own.values_list("pk", "origin", "customer"):
        records[origin].add(pk)
        records[customer].add(pk)
    moved = {merge.pk: {pk for member in members[merge.pk] for pk in member.records} for merge in merges}
    keys: defaultdict[int, set[Key]] = defaultdict(set)
    everything = {pk for pks in (*records.values(), *moved.values()) for pk in pks}
    for record, kind, value in MatchKey.objects.filter(source_record__in=everything).values_list(
        "source_record", "kind", "value"
    ):
        keys[record].add((kind, value))

    def keys_of(pks: Collection[int]) -> set[Key]:
        return {key for pk in pks for key in keys[pk]}

    answer = {}
    for merge in merges:
        kept = (records[merge.survivor_id] | records[survivors[merge.pk]]) - moved[merge.pk]
        common = keys_of(kept) & keys_of(moved[merge.pk])
        answer[merge.pk] = [SharedKey(kind, value) for kind, value in sorted(common) if kind != MatchKind.DIGITS]
    return answer
