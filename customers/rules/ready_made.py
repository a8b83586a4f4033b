"""Rules that are offered ready-made, switched off."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from customers.models.merge import Kept, OnConflict
from customers.models.rule import Agreement, NamesNeeded


@dataclass(frozen=True)
class ReadyMadeRule:
    slug: str
    name: str
    about: str
    evidence: tuple[Agreement, ...]
    names: NamesNeeded
    on_conflict: OnConflict

    @property
    def values(self) -> Mapping[str, Any]:
        evidence = [agreement.value for agreement in self.evidence]
        chosen = {"name": self.name, "evidence": evidence, "names": self.names, "on_conflict": self.on_conflict}
        return {**DEFAULTS, **chosen}


DEFAULTS: Mapping[str, Any] = {
    "name": "",
    "evidence": [],
    "least_probability": None,
    "names": NamesNeeded.FULL,
    "match_case": False,
    "kept": Kept.OLDEST,
    "kept_source": None,
    "on_conflict": OnConflict.REVIEW,
    "exempt_active": True,
    "exempt_statuses": [],
    "exempt_tags": [],
    "exempt_above": None,
    "largest_group": 20,
    "stop_above": Decimal("2.0"),
    "owner": None,
}

READY_MADE = (
    ReadyMadeRule(
        "chartmogul",
        "ChartMogul’s three",
        "The same external ID in two data sources, the same web domain and the same company name. For organisations.",
        (Agreement.EXTERNAL_ID, Agreement.DOMAIN, Agreement.COMPANY),
        # Two people of one company are two, should both systems have numbered them alike.
        NamesNeeded.COMPATIBLE,
        # Two offices of one company seldom give one email and one address.
        OnConflict.KEPT,
    ),
    ReadyMadeRule(
        "email-name",
        "Same email and name",
        "The same email, and the same first and last name. The safest start.",
        (Agreement.EMAIL,),
        NamesNeeded.FULL,
        OnConflict.REVIEW,
    ),
)
BY_SLUG = {rule.slug: rule for rule in READY_MADE}
