"""Merge rules, and customers as rules compare them."""

from django.utils import timezone

from customers.models import Customer, MergeRule
from customers.models.rule import BackTest, RuleState
from customers.rules.back_test import begin_back_test, do_part
from customers.rules.ready_made import BY_SLUG, DEFAULTS
from tests.factories.customers import CustomerFactory, DataSourceFactory, SourceRecordFactory


def make_rule(slug: str = "", *, state: str = RuleState.ON, **values) -> MergeRule:
    """One that is on, without a back-test; ready-made where a `slug` names one."""
    ready_made = BY_SLUG[slug].values if slug else {**DEFAULTS, "name": f"Rule {MergeRule.objects.count() + 1}"}
    return MergeRule.objects.create(**{**ready_made, **values}, state=state, state_at=timezone.now())


def known_as(
    first_name="Helena", last_name="Holý", *, source="Shop", external_id=None, company="", **values
) -> Customer:
    """A customer of one record, which says what the profile says."""
    identity = {"first_name": first_name, "last_name": last_name, "company": company}
    identity |= {key: values.pop(key, "") for key in ("email", "phone")}
    data_source = DataSourceFactory(name=source)
    customer = CustomerFactory(**identity, **values)
    SourceRecordFactory(customer=customer, data_source=data_source, external_id=external_id, **identity)
    return customer


def run_back_test(rule: MergeRule) -> BackTest:
    """A whole back-test."""
    test = begin_back_test(rule, by=None)
    place = ()
    while place is not None:
        _, place = do_part(test, place)
    return test
