"""What groups of the provider grant and take away, and that nobody rises by it."""

import pytest
from django.test import Client

from crm.accounts import api_keys, grant
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import AccountChange, ExternalIdentity, User
from crm.accounts.openid import group_roles, identities
from crm.accounts.openid.claims import read_claims
from crm.accounts.roles import ADMIN, SUPPORT_AGENT
from crm.accounts.user_permissions import direct_permissions, effective_permissions
from crm.permissions import MANAGE_USERS, USE_API
from tests.crm.accounts.openid.conftest import ROLES, sign_in
from tests.factories import allow, make_user
from tests.tables import table

VIEW, REFUND, DELETE = "customers.view_customer", "orders.refund_order", "customers.delete_customer"


@pytest.fixture(autouse=True)
def _mapping(settings, db):
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://id.reunite.cz", "Okta"
    settings.OIDC_GROUP_ROLES = ROLES


def come(*groups, subject="u-1", **claims):
    token = {"sub": subject, "preferred_username": "andrew", "groups": list(groups), **claims}
    return identities.sign_in(read_claims(token, {}))


def permissions_now():
    return direct_permissions(User.objects.get(username="andrew"))


@table(
    ("groups", "permissions"),
    [
        (["support"], SUPPORT_AGENT.ticks),
        (["chiefs"], ADMIN.ticks),
        (["refunds"], {VIEW, REFUND}),
        (["refunds", "unknown"], {VIEW, REFUND}),
        (["support", "refunds"], SUPPORT_AGENT.ticks | {REFUND}),
    ],
)
def test_a_group_grants_its_role_or_its_permissions(groups, permissions):
    come(*groups)
    assert permissions_now() == permissions


def test_a_group_never_grants_what_edit_user_has_no_checkbox_for(settings):
    settings.OIDC_GROUP_ROLES = {"all": ["auth.add_user", "accounts.delete_user", VIEW], "root": "superuser"}
    user = come("all", "root")

    assert permissions_now() == {VIEW}
    assert (user.is_superuser, user.is_staff) == (False, False)
    assert [*group_roles.unknown_grants()] == ["all: auth.add_user", "all: accounts.delete_user", "root: superuser"]


def test_a_lost_group_takes_away_what_it_granted_and_nothing_granted_here():
    user = come("support")
    allow(user, DELETE)
    come()

    assert permissions_now() == {DELETE}
    change = AccountChange.objects.latest("pk")
    assert (change.text, set(change.taken)) == ("By the groups at Okta.", SUPPORT_AGENT.ticks)


def test_what_was_granted_here_before_the_group_stays_when_it_is_lost():
    user = come("refunds")
    come()
    allow(user, REFUND)
    come("refunds")
    come()

    assert permissions_now() == {REFUND}


def test_what_an_admin_revokes_comes_back_by_the_group_and_goes_with_it(admin_user):
    user = come("refunds")
    grant.save_user(user, by=admin_user, revoked={REFUND})
    assert permissions_now() == {VIEW}

    come("refunds")
    assert permissions_now() == {VIEW, REFUND}
    come()
    assert permissions_now() == set()


def test_what_an_admin_revokes_and_grants_again_is_granted_here(admin_user):
    user = come("refunds")
    grant.save_user(user, by=admin_user, revoked={REFUND})
    grant.save_user(User.objects.get(pk=user.pk), by=admin_user, granted={REFUND})
    come()

    assert permissions_now() == {REFUND}


def test_edit_user_says_what_groups_granted(as_admin):
    user = allow(come("refunds"), DELETE)
    page = as_admin.get(f"/users/{user.pk}/").text

    assert page.count("Granted by a group at Okta: revoked here, it returns with the next sign-in") == 2


@table("email", ["jane", "jane@reunite.cz\nBcc: x@y.zz", "j" * 300 + "@reunite.cz", 7])
def test_an_email_that_is_none_is_not_kept(email):
    assert come("support", email=email, email_verified=True).email == ""


def test_a_password_that_another_user_may_know_ends_when_groups_grant_more():
    user = come("refunds")
    user.set_password("known to a manager")
    user.save()
    come("refunds")
    assert User.objects.get().has_usable_password()
    come("support")

    assert not User.objects.get().has_usable_password()
    assert "Password removed" in AccountChange.objects.latest("pk").text


def test_a_key_whose_creator_has_fewer_permissions_ends_when_groups_grant_more(admin_user):
    manager = make_user("manager", {MANAGE_USERS, USE_API, VIEW})
    user = come("refunds")
    user.user_permissions.clear()
    allow(user, USE_API)
    key = api_keys.create(user, name="Shop", addresses=[], by=manager)[0]
    come("chiefs")

    key.refresh_from_db()
    assert key.revoked


def test_a_superuser_who_is_connected_keeps_all_and_the_password():
    root = make_user("root", is_superuser=True, password="a good password")
    identities.connect(root, "u-1")
    user = come("support")

    assert effective_permissions(user) == ALL_PERMISSIONS
    assert user.has_usable_password()


def test_disconnecting_takes_away_what_groups_granted():
    user = allow(come("support"), DELETE)
    assert identities.disconnect(user)

    assert permissions_now() == {DELETE}
    assert not ExternalIdentity.objects.exists()


def test_nobody_is_connected_to_the_account_of_another_user():
    come("support")
    with pytest.raises(identities.OpenIDError, match="Another user signs in"):
        identities.connect(make_user("margaret"), "u-1")


def test_the_same_subject_of_another_issuer_is_somebody_else(settings):
    come("support")
    settings.OIDC_ISSUER = "https://other.reunite.cz"
    come("support")

    assert User.objects.count() == 2


@table("groups", [None, 7, {"chiefs": True}, [["chiefs"]], "everybody"])
def test_groups_of_an_unexpected_form_grant_nothing(groups):
    with pytest.raises(identities.OpenIDError):
        identities.sign_in(read_claims({"sub": "u-1", "groups": groups}, {}))


def test_groups_that_are_lost_close_pages_at_the_next_sign_in(provider):
    provider.person("u-1", groups=["support"])
    client = Client()
    sign_in(client, provider)
    assert client.get("/customers/").status_code == 200
    provider.person("u-1", groups=[])
    client.post("/accounts/logout/")
    sign_in(client, provider)

    assert client.get("/customers/").status_code == 403
