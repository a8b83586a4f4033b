"""Every field of a profile is answered for by both dialects."""

from dataclasses import replace

import pytest

from crm.api.profile_fields import CHARTMOGUL, KONNEKTIVE, check_dialects, errors_of
from customers.profile.fields import BY_KEY
from tests.acts import fresh
from tests.api.caller import Caller
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import CustomerFactory
from tests.factories.every_field import with_every_field


@pytest.fixture
def bea(db):
    return with_every_field()


@pytest.fixture
def ada(db):
    return CustomerFactory()


def test_both_dialects_answer_for_every_field():
    assert [f"{error.msg}. {error.hint}" for error in check_dialects()] == []


def test_a_field_that_a_dialect_forgot_is_refused():
    forgetful = replace(KONNEKTIVE, absent=tuple(key for key in KONNEKTIVE.absent if key != "website"))
    [error] = errors_of("KONNEKTIVE", forgetful)
    assert (error.id, error.msg) == ("crm.E001", "KONNEKTIVE does not say what it calls the profile field website")


def test_a_name_alone_is_refused_for_an_address():
    [error] = errors_of("CHARTMOGUL", replace(CHARTMOGUL, names={**CHARTMOGUL.names, "billing_address": "address"}))
    assert error.id == "crm.E002"


def test_what_konnektive_answers_of_a_profile_can_be_sent_back(bea, ada):
    shop = KonnektiveCaller()
    [row] = shop.ask("customer/query", customerId=bea.pk)[1]["data"]
    named = {name: row[name] for name in KONNEKTIVE.names.values()}
    result, changed = shop.ask("customer/update", customerId=ada.pk, **named)
    assert result == "SUCCESS", changed
    assert {name: changed[name] for name in named} == named
    assert_same(ada, bea, KONNEKTIVE.names)


def test_what_chartmogul_answers_of_a_profile_can_be_sent_back(bea, ada):
    caller = Caller()
    row = caller.get(f"customers/{bea.uuid}").json()
    named = {name: row[name] for name in CHARTMOGUL.names.values()}
    changed = caller.patch(f"customers/{ada.uuid}", named).json()
    assert {name: changed[name] for name in named} == named
    assert_same(ada, bea, CHARTMOGUL.names)


def test_null_empties_what_chartmogul_names(bea):
    caller = Caller()
    changed = caller.patch(f"customers/{bea.uuid}", dict.fromkeys(CHARTMOGUL.names.values())).json()
    assert not any(changed[name] for name in CHARTMOGUL.names.values())
    [bea] = fresh(bea)
    assert all(getattr(bea, key) == BY_KEY[key].blank for key in CHARTMOGUL.names)


def assert_same(one, other, keys):
    [one] = fresh(one)
    assert [key for key in keys if getattr(one, key) != getattr(other, key)] == []
