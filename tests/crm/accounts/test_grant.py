import pytest
from django.contrib.auth.models import Group

from crm.accounts import changes, grant, password_reset
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import User
from crm.accounts.roles import CUSTOM, ROLES, SUPPORT_AGENT, VIEWER, role_of
from crm.accounts.user_permissions import direct_permissions, permission_rows
from crm.permissions import MANAGE_USERS
from tests.factories import allow, make_user
from tests.tables import table


def save(user, *, by, allowed, password=""):
    """Save with all boxes as in `allowed`."""
    held = direct_permissions(user) & ALL_PERMISSIONS if user.pk else set()
    grant.save_user(user, password=password, granted=set(allowed) - held, revoked=held - set(allowed), by=by)
    return direct_permissions(User.objects.get(pk=user.pk))


def test_what_is_allowed_is_given_and_the_rest_taken(admin_user, viewer):
    assert save(viewer, by=admin_user, allowed={"customers.merge_customer"}) == {"customers.merge_customer"}


def test_a_permission_that_was_not_shown_stays(admin_user, viewer):
    allow(viewer, "auth.view_group")

    assert save(viewer, by=admin_user, allowed=set()) == {"auth.view_group"}


def test_what_a_group_gives_stays(admin_user, nobody):
    night_shift = Group.objects.create(name="Night shift")
    night_shift.permissions.set(permission_rows({"customers.merge_customer"}))
    nobody.groups.add(night_shift)

    save(nobody, by=admin_user, allowed=set())

    assert User.objects.get(pk=nobody.pk).has_perm("customers.merge_customer")


def test_nobody_changes_what_they_may_do_themselves(admin_user):
    assert save(admin_user, by=admin_user, allowed=set()) == ALL_PERMISSIONS


def test_who_may_no_longer_manage_users_saves_nothing(admin_user, nobody):
    admin_user.user_permissions.remove(*permission_rows({MANAGE_USERS}))
    nobody.email = "nora@example.com"

    with pytest.raises(grant.GrantError, match="no longer have permission to manage users"):
        save(nobody, by=admin_user, allowed=ALL_PERMISSIONS)

    assert User.objects.get(pk=nobody.pk).email == ""


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_take_it_from_each_other_leave_one(run_together):
    jane, margaret = make_user("jane", [MANAGE_USERS]), make_user("margaret", [MANAGE_USERS])

    outcomes = run_together(
        lambda: save(margaret, by=jane, allowed=set()),
        lambda: save(jane, by=margaret, allowed=set()),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["GrantError", "set"]
    assert [user.has_perm(MANAGE_USERS) for user in User.objects.all()].count(True) == 1


def test_a_new_password_ends_a_lockout(admin_user, nobody, client):
    for _ in range(10):
        client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})

    save(nobody, by=admin_user, allowed=set(), password="a brand new one")

    response = client.post("/accounts/login/", {"username": "nobody", "password": "a brand new one"})
    assert response.status_code == 302


@table("role", ROLES)
def test_a_role_is_recognised_by_its_boxes(role):
    assert role_of(role.ticks | {"auth.view_group"}) == role


def test_any_other_set_of_boxes_is_custom():
    assert role_of(SUPPORT_AGENT.ticks - VIEWER.ticks) == CUSTOM


# Nobody rises


def limited():
    """Manages users, and may view customers."""
    return make_user("limited", [MANAGE_USERS, "customers.view_customer"])


def test_who_manages_users_gives_what_they_may_do_and_no_more(nobody):
    assert save(nobody, by=limited(), allowed={"customers.view_customer"}) == {"customers.view_customer"}

    with pytest.raises(
        grant.GrantError, match="You cannot grant permissions that you do not have: Can delete customers"
    ):
        save(nobody, by=User.objects.get(username="limited"), allowed={"customers.delete_customer"})


def gives(user):
    allow(user, "customers.delete_customer")


def makes_a_superuser(user):
    User.objects.filter(pk=user.pk).update(is_superuser=True)


def puts_into_a_group(user):
    group = Group.objects.create(name="Deleters")
    group.permissions.set(permission_rows({"customers.delete_customer"}))
    user.groups.add(group)


def gives_and_locks_out(user):
    gives(user)
    User.objects.filter(pk=user.pk).update(is_active=False)


@table("somebody", [gives, makes_a_superuser, puts_into_a_group, gives_and_locks_out])
def test_who_may_do_more_is_not_changed_not_even_their_password(somebody, nobody):
    somebody(nobody)
    user = User.objects.get(pk=nobody.pk)

    with pytest.raises(grant.GrantError, match=r"has permissions that you do not have: .*Can delete customers"):
        save(user, by=limited(), allowed=direct_permissions(user), password="a brand new one")

    assert not User.objects.get(pk=nobody.pk).check_password("a brand new one")


def test_an_admin_changes_a_superuser(admin_user, nobody):
    makes_a_superuser(nobody)
    nobody = User.objects.get(pk=nobody.pk)
    nobody.is_active = False

    save(nobody, by=admin_user, allowed=set())

    assert not User.objects.get(pk=nobody.pk).is_active


def test_what_an_update_brings_is_handed_out_by_who_was_made_on_the_command_line(admin_user, nobody):
    new = {"orders.settle_order"}
    admin_user.user_permissions.remove(*permission_rows(new))
    admin_user = User.objects.get(pk=admin_user.pk)
    with pytest.raises(grant.GrantError, match="You cannot grant permissions that you do not have"):
        save(nobody, by=admin_user, allowed=new)

    root = User.objects.create_superuser("root", password="a good password")
    save(admin_user, by=root, allowed=ALL_PERMISSIONS)
    assert save(nobody, by=User.objects.get(pk=admin_user.pk), allowed=new) == new


def test_nobody_locks_themselves_out(admin_user):
    admin_user.is_active = False

    save(admin_user, by=admin_user, allowed=ALL_PERMISSIONS)

    assert User.objects.get(pk=admin_user.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_lock_each_other_out_leave_one(run_together):
    def lock_out(other, by):
        user = User.objects.get(username=other)
        user.is_active = False
        save(user, by=User.objects.get(username=by), allowed={MANAGE_USERS})

    for name in ("jane", "margaret"):
        make_user(name, [MANAGE_USERS])

    outcomes = run_together(lambda: lock_out("jane", "margaret"), lambda: lock_out("margaret", "jane"))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["GrantError", "NoneType"]
    assert User.objects.filter(is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_users_of_one_name_created_at_one_moment_are_one(run_together):
    admin = make_user("jane", ALL_PERMISSIONS)

    outcomes = run_together(
        *[lambda name=name: grant.save_user(User(username=name), by=admin) for name in ("Ünal", "üNAL")]
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["GrantError", "NoneType"]


# What is written down


def lines(user):
    return [
        (line.change.text, line.granted, line.revoked) for line in reversed(changes.change_page(of=user, size=50).rows)
    ]


def test_what_happened_to_an_account_is_written_down(admin_user):
    user = User(username="andrew")
    save(
        user, by=admin_user, allowed={"customers.view_customer", "customers.merge_customer"}, password="a good password"
    )
    user.username, user.is_active = "andy", False
    save(user, by=admin_user, allowed={"customers.view_customer", "orders.refund_order"}, password="a new password")
    user.is_active = True
    save(user, by=admin_user, allowed={"customers.view_customer", "orders.refund_order"})

    assert lines(user) == [
        ("Created as active.", ["Can view customers", "Can merge customers"], []),
        (
            "User name changed from andrew. Set to inactive. New password set.",
            ["Can refund orders"],
            ["Can merge customers"],
        ),
        ("Set to active.", [], []),
    ]
    assert {line.change.by for line in changes.change_page(of=user, size=50).rows} == {admin_user}


def test_saving_without_a_change_writes_nothing_down(admin_user, viewer):
    save(viewer, by=admin_user, allowed=VIEWER.ticks)

    assert lines(viewer) == []


def test_the_longest_names_fit(admin_user):
    user = User(username="x" * 150)
    save(user, by=admin_user, allowed=set())
    user.username, user.is_active = "y" * 150, False
    save(user, by=admin_user, allowed=set(), password="a brand new one")

    assert lines(user)[-1][0].endswith("New password set.")


def test_a_password_changed_meanwhile_is_not_put_back(admin_user, viewer):
    stale = User.objects.get(pk=viewer.pk)
    password_reset.change_password(viewer, "a brand new one")

    stale.email = "steve@example.com"
    save(stale, by=admin_user, allowed=VIEWER.ticks)

    assert User.objects.get(pk=viewer.pk).check_password("a brand new one")
