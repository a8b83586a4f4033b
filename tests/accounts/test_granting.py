import pytest
from django.contrib.auth.models import Group

from crm.accounts import functionalities, granting
from crm.accounts.functionalities import EVERYTHING, MANAGE_USERS, SUPPORT_AGENT, VIEWER, role_of
from crm.accounts.models import User
from tests.conftest import allow, make_user


def save(user, *, by, allowed, password=""):
    """Save with all boxes as in `allowed`."""
    held = functionalities.direct(user) & EVERYTHING
    granting.save(user, password=password, given=set(allowed) - held, taken=held - set(allowed), by=by)
    return functionalities.direct(User.objects.get(pk=user.pk))


def test_what_is_allowed_is_given_and_the_rest_taken(admin_user, viewer):
    assert save(viewer, by=admin_user, allowed={"customers.merge_customer"}) == {"customers.merge_customer"}


def test_a_permission_that_was_not_shown_stays(admin_user, viewer):
    allow(viewer, "auth.view_group")

    assert save(viewer, by=admin_user, allowed=set()) == {"auth.view_group"}


def test_what_a_group_gives_stays(admin_user, nobody):
    night_shift = Group.objects.create(name="Night shift")
    night_shift.permissions.set(functionalities.rows({"customers.merge_customer"}))
    nobody.groups.add(night_shift)

    save(nobody, by=admin_user, allowed=set())

    assert User.objects.get(pk=nobody.pk).has_perm("customers.merge_customer")


def test_nobody_changes_what_they_may_do_themselves(admin_user):
    assert save(admin_user, by=admin_user, allowed=set()) == EVERYTHING


def test_who_may_no_longer_manage_users_saves_nothing(admin_user, nobody):
    admin_user.user_permissions.remove(*functionalities.rows({MANAGE_USERS}))
    nobody.email = "nora@example.com"

    with pytest.raises(granting.GrantError, match="no longer manage users"):
        save(nobody, by=admin_user, allowed=EVERYTHING)

    assert User.objects.get(pk=nobody.pk).email == ""


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_take_it_from_each_other_leave_one(run_together):
    jane, margaret = make_user("jane", [MANAGE_USERS]), make_user("margaret", [MANAGE_USERS])

    outcomes = run_together(
        lambda: save(margaret, by=jane, allowed=set()),
        lambda: save(jane, by=margaret, allowed=set()),
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["GrantError", "set"]
    assert [user.has_perm(MANAGE_USERS) for user in User.objects.all()].count(True) == 1


def test_a_new_password_ends_a_lockout(admin_user, nobody, client):
    for _ in range(10):
        client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})

    save(nobody, by=admin_user, allowed=set(), password="a brand new one")

    response = client.post("/accounts/login/", {"username": "nobody", "password": "a brand new one"})
    assert response.status_code == 302


@pytest.mark.parametrize("role", functionalities.ROLES)
def test_a_role_is_recognised_by_its_boxes(role):
    assert role_of(role.ticks | {"auth.view_group"}) == role


def test_any_other_set_of_boxes_is_custom():
    assert role_of(SUPPORT_AGENT.ticks - VIEWER.ticks) == functionalities.CUSTOM
