"""Users who may do more than oneself, and boxes that one may not give."""

from crm.accounts.checkboxes import checkboxes
from crm.accounts.models import User
from crm.accounts.user_permissions import permission_rows
from crm.permissions import MANAGE_USERS
from tests.crm.accounts.user_pages.user_form import edit
from tests.database import reloaded
from tests.factories import make_user, signed_in
from tests.tables import table


def test_who_may_do_more_is_shown_and_cannot_be_saved(admin_user, andrew):
    client = signed_in(make_user("limited", [MANAGE_USERS]))

    page = client.get(admin_user.get_absolute_url()).content.decode()
    assert "You cannot change this user." in page
    assert "Save user" not in page

    assert edit(client, admin_user, username="owned", password="a brand new one").status_code == 403
    assert User.objects.filter(username="jane").exists()


def test_boxes_that_one_may_not_give_are_closed_and_a_forged_form_opens_none(andrew):
    client = signed_in(make_user("limited", [MANAGE_USERS]))

    page = client.get(andrew.get_absolute_url())
    assert "You cannot change it because you do not have it" in page.content.decode()
    assert [name for name, _ in page.context["form"].fields["role"].choices] == ["custom"]

    edit(client, andrew, "customers.delete_customer", MANAGE_USERS, is_superuser="on", user_permissions="1")
    assert reloaded(andrew).get_all_permissions() == {MANAGE_USERS}
    assert edit(client, andrew, role="admin").status_code == 422


@table("seen", ["auth.view_group", "nonsense", "\x01 . accounts.", "x" * 10_000])
def test_what_was_seen_is_believed_of_boxes_alone(seen, as_admin, andrew):
    andrew.user_permissions.add(*permission_rows({"auth.view_group"}))

    edit(as_admin, andrew, seen=seen)

    assert reloaded(andrew).has_perm("auth.view_group")


def test_every_checkbox_says_what_it_allows():
    assert [checkbox.label for checkbox in checkboxes() if not checkbox.help_text] == []
