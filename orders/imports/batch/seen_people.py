"""Whom the chunks before would create, so that a dry run, which writes nobody, does not count them as created twice.

Somebody is known again by the ID of the data source, the same identity, or an email or phone with the same name. It is
kept in the memory of the worker, up to a bound: a worker that goes on with the dry run of another one, or the end of a
file with very many people, may count somebody twice. The import finds them.
"""

from __future__ import annotations

from collections.abc import Sequence

from customers.matching.judgement import full_name_key
from orders.imports.batch.verdicts import Verdict
from orders.models import MatchedBy, RowOutcome

MOST_MARKS = 500_000


class SeenPeople:
    def __init__(self) -> None:
        self._marks: set[int] = set()

    def clear(self) -> None:
        self._marks.clear()

    def joined(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """The verdicts, with those as joined that create somebody again; who is created by them is remembered."""
        marks = [_marks_of(verdict) for verdict in verdicts]
        joined = [self._joined(verdict, of) for verdict, of in zip(verdicts, marks, strict=True)]
        for of in marks:
            if len(self._marks) < MOST_MARKS:
                self._marks.update(of)
        return joined

    def _joined(self, verdict: Verdict, marks: dict[int, MatchedBy]) -> Verdict:
        evidence = next((by for mark, by in marks.items() if mark in self._marks), None)
        return verdict._replace(outcome=RowOutcome.JOINED, evidence=evidence) if evidence else verdict


def _marks_of(verdict: Verdict) -> dict[int, MatchedBy]:
    """{what somebody who is created is known by: as which evidence}."""
    if verdict.outcome != RowOutcome.CREATED or verdict.choice is None:
        return {}
    record = verdict.choice.record
    marks = {hash(("id", record.external_id)): MatchedBy.ID} if record.external_id else {}
    if verdict.choice.incoming.deduplicate:
        name = full_name_key(record.identity)
        by = {"email": MatchedBy.EMAIL}
        marks[hash(record.identity_key)] = MatchedBy.IDENTITY
        marks |= {hash((*key, name)): by.get(key[0], MatchedBy.PHONE) for key in sorted(record.keys) if name}
    return marks
