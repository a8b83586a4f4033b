"""Who changed what."""

from crm.accounts import changes
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import ApiKey
from tests.crm.accounts.user_pages.user_form import edit
from tests.factories import make_user


def test_changes_are_shown_on_edit_user_and_of_all(as_admin, andrew):
    edit(as_admin, andrew, "customers.merge_customer")

    for path in (andrew.get_absolute_url(), "/users/changes/", f"/users/changes/?user={andrew.pk}"):
        page = as_admin.get(path).content.decode()
        assert "Granted: Can merge customers." in page
        assert "Jane Peacock" in page


def test_pages_of_changes_follow_each_other(as_admin, andrew, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(changes, "PER_PAGE", 30)
    for number in range(70):
        changes.write(andrew, f"Change {number}.", by=None)

    with django_assert_num_queries(3):  # session, who asks with what they may; changes with both users
        page = as_admin.get("/users/changes/")
    seen = [page]
    while page.context["next"]:
        page = as_admin.get("/users/changes/" + page.context["next"])
        seen.append(page)

    assert [line.change.text for page in seen for line in page.context["lines"]] == [
        f"Change {number}." for number in reversed(range(70))
    ]
    assert as_admin.get("/users/changes/?before=99999999999999999999&user=x").status_code == 200


def test_a_page_of_a_user_asks_as_often_for_thirty_keys_and_changes(as_admin, django_assert_num_queries):
    andrew = make_user("andrew", ALL_PERMISSIONS)
    for number in range(30):
        changes.write(andrew, "Changed.", by=None, granted=["customers.merge_customer"])
        ApiKey.objects.create(user=andrew, name="Warehouse", digest=str(number))

    with django_assert_num_queries(13):
        # session, who asks with what they may; the user; their boxes with types, and those of groups;
        # what both may by any way; what one may, for the boxes; what the other may, for the keys; keys and changes
        as_admin.get(andrew.get_absolute_url())
