"""Permissions, the checkboxes that give them, and the roles that tick these."""

import crm.permissions
import customers.permissions
import orders.permissions
from crm.accounts.checkboxes import ALL_PERMISSIONS, LABEL_OF_OWN, LABELS
from crm.accounts.roles import ROLES
from tests.factories import allow
from tests.page_access import NEEDED

ASKED_BELOW = {"jobs.start_rebuild", "orders.view_order"}
"""What `customers` asks for, which imports nothing above it."""


def test_every_permission_that_a_page_needs_is_a_checkbox():
    assert NEEDED <= ALL_PERMISSIONS


def test_every_checkbox_gives_a_permission_that_exists(nobody):
    user = allow(nobody, *ALL_PERMISSIONS)
    assert {name for name in ALL_PERMISSIONS if not user.has_perm(name)} == set()


def test_every_permission_of_our_own_is_a_checkbox():
    assert LABEL_OF_OWN.items() <= LABELS.items()


def test_every_role_ticks_only_checkboxes():
    assert {role.name: role.ticks - ALL_PERMISSIONS for role in ROLES if role.ticks - ALL_PERMISSIONS} == {}


def test_a_permission_is_named_in_the_file_of_its_app():
    files = {"customers": customers.permissions, "orders": orders.permissions, "crm": crm.permissions}
    named = {
        value: app
        for app, module in reversed(files.items())
        for value in vars(module).values()
        if isinstance(value, str) and value in ALL_PERMISSIONS
    }
    assert named.keys() == ALL_PERMISSIONS
    elsewhere = {
        name for name, app in named.items() if app != (head if (head := name.split(".")[0]) in files else "crm")
    }
    assert elsewhere == ASKED_BELOW
