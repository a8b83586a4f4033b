"""Adding and editing users."""

from django.contrib.auth.models import Group

from crm.accounts import grant
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import User
from crm.accounts.roles import SUPPORT_AGENT
from crm.accounts.user_permissions import direct_permissions, permission_rows
from crm.permissions import MANAGE_USERS
from tests.crm.accounts.user_pages.user_form import edit, filled_in, messages_of
from tests.database import reloaded
from tests.factories import signed_in
from tests.tables import table


def test_a_new_user_may_do_nothing_until_ticked(as_admin):
    response = as_admin.post("/users/add/", filled_in(password="correct horse battery"))

    assert response.url == "/users/"
    andrew = User.objects.get(username="andrew")
    assert (andrew.get_full_name(), andrew.check_password("correct horse battery")) == ("Andrew Adams", True)
    assert andrew.get_all_permissions() == set()


def test_a_new_user_gets_what_is_ticked(as_admin):
    as_admin.post("/users/add/", filled_in("customers.merge_customer", password="correct horse battery"))

    assert User.objects.get(username="andrew").get_all_permissions() == {"customers.merge_customer"}


@table(
    ("changes", "words"),
    [
        ({"password": "short"}, "It must contain at least 12 characters."),
        ({"password": "andrew1234"}, "too similar to the"),
        ({"username": "jane", "password": "correct horse battery"}, "A user with this name already exists."),
        ({"username": "JANE", "password": "correct horse battery"}, "Upper and lower case make no difference."),
        ({"username": "x" * 33, "password": "correct horse battery"}, "Use 32 characters or fewer."),
        ({"email": "andrew@", "password": "correct horse battery"}, "Enter a valid email address."),
        ({"seen": "a\x00b", "password": "correct horse battery"}, "The form was not complete. Load the page again."),
    ],
)
def test_a_new_user_is_refused_with_words_at_the_field(as_admin, changes, words):
    response = as_admin.post("/users/add/", filled_in(**changes))

    page = response.content.decode()
    assert words in page
    assert "<title>Error: New user | Reunite</title>" in page
    assert not User.objects.filter(username="andrew").exists()


def test_a_user_keeps_a_longer_name_of_before(as_admin, andrew):
    User.objects.filter(pk=andrew.pk).update(username="x" * 150)

    edit(as_admin, andrew, username="x" * 150, email="andrew@example.com")

    assert User.objects.get(pk=andrew.pk).email == "andrew@example.com"


def test_a_typed_password_is_never_sent_back(as_admin):
    response = as_admin.post("/users/add/", filled_in(username="", password="correct horse battery"))

    assert b"correct horse battery" not in response.content


def test_ticking_and_unticking_takes_effect_on_the_next_page(as_admin, andrew):
    client = signed_in(andrew)
    assert client.get("/users/").status_code == 403

    edit(as_admin, andrew, MANAGE_USERS)
    assert client.get("/users/").status_code == 200

    edit(as_admin, andrew)
    assert client.get("/users/").status_code == 403


def test_saving_leaves_permissions_that_the_page_does_not_show(as_admin, andrew):
    andrew.user_permissions.add(*permission_rows({"auth.view_group"}))
    night_shift = Group.objects.create(name="Night shift")
    andrew.groups.add(night_shift)

    edit(as_admin, andrew)

    assert reloaded(andrew).has_perm("auth.view_group")
    assert list(reloaded(andrew).groups.all()) == [night_shift]


def test_a_box_says_that_a_group_gives_the_same(as_admin, andrew):
    night_shift = Group.objects.create(name="Night shift")
    night_shift.permissions.set(permission_rows({"customers.undo_merge"}))
    andrew.groups.add(night_shift)

    page = as_admin.get(andrew.get_absolute_url()).content.decode()

    assert "Any user’s merges, at any time. Also granted by a group" in page


def test_an_empty_password_keeps_the_present_one(as_admin, andrew):
    andrew.set_password("correct horse battery")
    andrew.save()

    edit(as_admin, andrew, email="andrew@example.com")

    assert reloaded(andrew).email == "andrew@example.com"
    assert reloaded(andrew).check_password("correct horse battery")


def test_who_may_not_sign_in_is_out_on_the_next_page(as_admin, andrew):
    client = signed_in(andrew)

    form = filled_in()
    del form["is_active"]
    as_admin.post(andrew.get_absolute_url(), form)

    assert client.get("/").url.startswith("/accounts/login/")


def test_a_role_chosen_without_scripts_gives_its_boxes(as_admin, andrew):
    edit(as_admin, andrew, role="agent", email="typed@example.com")

    assert (reloaded(andrew).email, direct_permissions(reloaded(andrew))) == ("typed@example.com", SUPPORT_AGENT.ticks)


def test_a_role_and_other_boxes_than_its_own_are_refused(as_admin, andrew):
    response = edit(as_admin, andrew, "orders.refund_order", role="viewer")

    assert response.status_code == 422
    assert (
        "The role Viewer has other permissions than you ticked. To keep yours, choose Custom."
        in response.content.decode()
    )
    assert reloaded(andrew).get_all_permissions() == set()


def test_what_somebody_else_took_meanwhile_is_not_given_back_by_an_old_page(as_admin, andrew):
    page = as_admin.get(andrew.get_absolute_url())
    assert page.context["form"]["seen"].value() == ""
    seen = {"seen": "customers.delete_customer orders.refund_order"}

    edit(as_admin, andrew, "customers.delete_customer", **seen)

    assert reloaded(andrew).get_all_permissions() == set()


def test_a_box_changed_by_hand_makes_the_role_custom(as_admin, agent):
    ticked = SUPPORT_AGENT.ticks - {"customers.merge_customer"}

    edit(as_admin, agent, *ticked, username="margaret", role="agent")

    assert reloaded(agent).get_all_permissions() == ticked
    assert as_admin.get(agent.get_absolute_url()).context["form"]["role"].value() == "custom"


def test_ones_own_boxes_are_shown_and_cannot_be_changed(as_admin, admin_user):
    assert "Another admin must change your permissions" in as_admin.get(admin_user.get_absolute_url()).content.decode()

    form = filled_in(username="jane", full_name="Jane Peacock-Smith")
    del form["is_active"]
    as_admin.post(admin_user.get_absolute_url(), form)

    assert reloaded(admin_user).get_all_permissions() == ALL_PERMISSIONS
    assert (reloaded(admin_user).is_active, reloaded(admin_user).last_name) == (True, "Peacock-Smith")


def test_ones_own_password_is_not_set_here_where_nobody_asks_the_present_one(as_admin, admin_user):
    edit(as_admin, admin_user, username="jane", password="correct horse battery")

    assert not reloaded(admin_user).check_password("correct horse battery")


def test_nothing_is_called_saved_where_nothing_changed(as_admin, admin_user, andrew):
    said = {"username": "jane", "full_name": "Jane Peacock", "email": admin_user.email}
    assert not messages_of(edit(as_admin, admin_user, *ALL_PERMISSIONS, **said))
    assert not messages_of(edit(as_admin, andrew))
    assert messages_of(edit(as_admin, andrew, email="a@example.com")) == [
        "Saved. Changes take effect on the next page Andrew Adams opens."
    ]


def test_who_loses_the_right_while_saving_is_refused(admin_user, andrew, monkeypatch):
    def save_too_late(*args, _save=grant.save_user, **kwargs):
        admin_user.user_permissions.clear()
        _save(*args, **kwargs)

    monkeypatch.setattr(grant, "save_user", save_too_late)

    response = edit(signed_in(admin_user), andrew, email="late@example.com")

    assert response.status_code == 403
    assert "You no longer have permission to manage users. Nothing was saved." in response.content.decode()
    assert reloaded(andrew).email == ""


def test_a_user_without_a_password_gets_a_link(as_admin):
    response = as_admin.post("/users/add/", filled_in(), follow=True)

    page = response.content.decode()
    assert "Andrew Adams was created without a password. Create a link below and pass it on." in page
    assert "Create link" in page
    assert not User.objects.get(username="andrew").has_usable_password()
