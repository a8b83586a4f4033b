"""Permissions, the checkboxes that give them, and the roles that tick these."""

from crm.accounts.permissions import EVERYTHING, LABEL_OF_OWN, LABELS
from crm.accounts.roles import ROLES
from tests.factories import allow
from tests.test_access import NEEDED


def test_every_permission_that_a_page_needs_is_a_checkbox():
    assert NEEDED <= EVERYTHING


def test_every_checkbox_gives_a_permission_that_exists(nobody):
    user = allow(nobody, *EVERYTHING)
    assert {name for name in EVERYTHING if not user.has_perm(name)} == set()


def test_every_permission_of_our_own_is_a_checkbox():
    assert LABEL_OF_OWN.items() <= LABELS.items()


def test_every_role_ticks_only_checkboxes():
    assert {role.name: role.ticks - EVERYTHING for role in ROLES if role.ticks - EVERYTHING} == {}
