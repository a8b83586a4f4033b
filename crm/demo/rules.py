"""Rules of the demo: one in a dry run, with a back-test, and one that is off."""

from collections.abc import Sequence
from typing import Any

from crm.accounts.models import User
from customers.matching.evidence.attributes import mark_identifying
from customers.models import IdentifyingAttribute
from customers.models.rule import RuleState
from customers.rules.back_test import begin_back_test, do_part
from customers.rules.edit import create_rule
from customers.rules.ready_made import BY_SLUG
from customers.rules.switch import switch


def add_rules(*, admin: User) -> None:
    mark_identifying("vat_number", IdentifyingAttribute.Meaning.IDENTIFIER, by=admin)
    create_rule({**BY_SLUG["chartmogul"].values, "owner": admin}, by=admin)
    rule = create_rule({**BY_SLUG["email-name"].values, "owner": admin}, by=admin)
    test = begin_back_test(switch(rule, RuleState.DRY_RUN, by=admin), by=admin)
    place: Sequence[Any] | None = ()
    while place is not None:
        _, place = do_part(test, place)
