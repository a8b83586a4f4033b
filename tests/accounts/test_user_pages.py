import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages

from crm.accounts import functionalities, granting, listing, recording
from crm.accounts.functionalities import EVERYTHING, MANAGE_USERS, SUPPORT_AGENT
from crm.accounts.models import ApiKey, User
from tests.conftest import make_user, signed_in


def typed(*ticked: str, **changes: str) -> dict[str, str]:
    """A form as the browser sends it: an unticked box is not there at all."""
    form = {"username": "andrew", "full_name": "Andrew Adams", "email": "", "password": "", "role": "custom"}
    boxes = {name.replace(".", "-"): "on" for name in ticked}
    return {**form, "is_active": "on", **boxes, **changes}


@pytest.fixture
def andrew(db):
    return make_user("andrew", first_name="Andrew", last_name="Adams")


def edit(client, user, *ticked, **changes):
    return client.post(user.get_absolute_url(), typed(*ticked, **changes))


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_list_names_everyone_with_their_role(as_admin, agent, viewer):
    page = as_admin.get("/users/").content.decode()

    assert [name in page for name in ["Margaret Park", "Support agent", "Steve Johnson", "Viewer", "Jane Peacock"]]


def test_list_asks_the_database_as_often_for_thirty_users(as_admin, django_assert_num_queries):
    for number in range(30):
        make_user(f"user{number}", SUPPORT_AGENT.ticks)

    with django_assert_num_queries(8):
        # session, who asks, their permissions, their groups' (for has_perm); then users, permissions, content types;
        # and whether there are enough to need a search
        as_admin.get("/users/")


def test_a_new_user_may_do_nothing_until_ticked(as_admin):
    response = as_admin.post("/users/add/", typed(password="correct horse battery"))

    assert response.url == "/users/"
    andrew = User.objects.get(username="andrew")
    assert (andrew.get_full_name(), andrew.check_password("correct horse battery")) == ("Andrew Adams", True)
    assert andrew.get_all_permissions() == set()


def test_a_new_user_gets_what_is_ticked(as_admin):
    as_admin.post("/users/add/", typed("customers.merge_customer", password="correct horse battery"))

    assert User.objects.get(username="andrew").get_all_permissions() == {"customers.merge_customer"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short"}, "It must contain at least 10 characters."),
        ({"password": "andrew1234"}, "too similar to the"),
        ({"username": "jane", "password": "correct horse battery"}, "There is a user of this name already."),
        ({"username": "JANE", "password": "correct horse battery"}, "Capital letters make no other name."),
        ({"email": "andrew@", "password": "correct horse battery"}, "Enter a valid email address."),
    ],
)
def test_a_new_user_is_refused_with_words_at_the_field(as_admin, changes, words):
    response = as_admin.post("/users/add/", typed(**changes))

    page = response.content.decode()
    assert words in page
    assert "<title>Error: New user | Reunite</title>" in page
    assert not User.objects.filter(username="andrew").exists()


def test_a_typed_password_is_never_sent_back(as_admin):
    response = as_admin.post("/users/add/", typed(username="", password="correct horse battery"))

    assert b"correct horse battery" not in response.content


def test_ticking_and_unticking_takes_effect_on_the_next_page(as_admin, andrew):
    client = signed_in(andrew)
    assert client.get("/users/").status_code == 403

    edit(as_admin, andrew, MANAGE_USERS)
    assert client.get("/users/").status_code == 200

    edit(as_admin, andrew)
    assert client.get("/users/").status_code == 403


def test_saving_leaves_permissions_that_the_page_does_not_show(as_admin, andrew):
    andrew.user_permissions.add(*functionalities.rows({"auth.view_group"}))
    night_shift = Group.objects.create(name="Night shift")
    andrew.groups.add(night_shift)

    edit(as_admin, andrew)

    assert fresh(andrew).has_perm("auth.view_group")
    assert list(fresh(andrew).groups.all()) == [night_shift]


def test_a_box_says_that_a_group_gives_the_same(as_admin, andrew):
    night_shift = Group.objects.create(name="Night shift")
    night_shift.permissions.set(functionalities.rows({"customers.undo_merge"}))
    andrew.groups.add(night_shift)

    page = as_admin.get(andrew.get_absolute_url()).content.decode()

    assert "Anyone’s merge, at any time. A group gives this as well" in page


def test_an_empty_password_keeps_the_present_one(as_admin, andrew):
    andrew.set_password("correct horse battery")
    andrew.save()

    edit(as_admin, andrew, email="andrew@example.com")

    assert fresh(andrew).email == "andrew@example.com"
    assert fresh(andrew).check_password("correct horse battery")


def test_who_may_not_sign_in_is_out_on_the_next_page(as_admin, andrew):
    client = signed_in(andrew)

    form = typed()
    del form["is_active"]
    as_admin.post(andrew.get_absolute_url(), form)

    assert client.get("/").url.startswith("/accounts/login/")


def test_a_role_chosen_without_scripts_gives_its_boxes(as_admin, andrew):
    edit(as_admin, andrew, role="agent", email="typed@example.com")

    assert (fresh(andrew).email, functionalities.direct(fresh(andrew))) == ("typed@example.com", SUPPORT_AGENT.ticks)


def test_a_role_and_other_boxes_than_its_own_are_refused(as_admin, andrew):
    response = edit(as_admin, andrew, "orders.refund_order", role="viewer")

    assert response.status_code == 422
    assert "Viewer ticks other boxes than these. Choose Custom to keep your own choice." in response.content.decode()
    assert fresh(andrew).get_all_permissions() == set()


def test_what_somebody_else_took_meanwhile_is_not_given_back_by_an_old_page(as_admin, andrew):
    page = as_admin.get(andrew.get_absolute_url())
    assert page.context["form"]["seen"].value() == ""
    seen = {"seen": "customers.delete_customer orders.refund_order"}

    edit(as_admin, andrew, "customers.delete_customer", **seen)

    assert fresh(andrew).get_all_permissions() == set()


def test_a_box_changed_by_hand_makes_the_role_custom(as_admin, agent):
    ticked = SUPPORT_AGENT.ticks - {"customers.merge_customer"}

    edit(as_admin, agent, *ticked, username="margaret", role="agent")

    assert fresh(agent).get_all_permissions() == ticked
    assert as_admin.get(agent.get_absolute_url()).context["form"]["role"].value() == "custom"


def test_ones_own_boxes_are_shown_and_cannot_be_changed(as_admin, admin_user):
    assert "Another admin must change what you may do" in as_admin.get(admin_user.get_absolute_url()).content.decode()

    form = typed(username="jane", full_name="Jane Peacock-Smith")
    del form["is_active"]
    as_admin.post(admin_user.get_absolute_url(), form)

    assert fresh(admin_user).get_all_permissions() == EVERYTHING
    assert (fresh(admin_user).is_active, fresh(admin_user).last_name) == (True, "Peacock-Smith")


def test_ones_own_password_is_not_set_here_where_nobody_asks_the_present_one(as_admin, admin_user):
    edit(as_admin, admin_user, username="jane", password="correct horse battery")

    assert not fresh(admin_user).check_password("correct horse battery")


def test_nothing_is_called_saved_where_nothing_changed(as_admin, admin_user, andrew):
    said = {"username": "jane", "full_name": "Jane Peacock", "email": admin_user.email}
    assert not messages_of(edit(as_admin, admin_user, *EVERYTHING, **said))
    assert not messages_of(edit(as_admin, andrew))
    assert messages_of(edit(as_admin, andrew, email="a@example.com")) == [
        "Saved. It takes effect on the next page Andrew Adams opens."
    ]


def test_who_loses_the_right_while_saving_is_refused(admin_user, andrew, monkeypatch):
    def save_too_late(*args, _save=granting.save, **kwargs):
        admin_user.user_permissions.clear()
        _save(*args, **kwargs)

    monkeypatch.setattr(granting, "save", save_too_late)

    response = edit(signed_in(admin_user), andrew, email="late@example.com")

    assert response.status_code == 403
    assert "You may no longer manage users. Nothing was saved." in response.content.decode()
    assert fresh(andrew).email == ""


# Many users


def test_few_users_need_no_search(as_admin):
    assert "Name or e-mail" not in as_admin.get("/users/").content.decode()


def test_many_are_searched_and_filtered(as_admin):
    for number in range(12):
        make_user(f"user{number}", SUPPORT_AGENT.ticks if number % 2 else [], email=f"u{number}@example.com")
    User.objects.filter(username="user3").update(is_active=False, first_name="Zoë")

    def found(**asked):
        return [user.username for user, _ in as_admin.get("/users/", asked).context["page"].rows]

    assert found(q="zoë") == found(q="U3@example") == ["user3"]
    assert found(q="user1 example") == ["user1", "user10", "user11"]
    assert found(state="out") == ["user3"]
    assert found(may="orders.refund_order", state="in") == ["jane", "user1", "user11", "user5", "user7", "user9"]
    assert found(q="\x00", may="orders.nothing", state="?")[0] == "jane"
    assert "No user is found" in as_admin.get("/users/?q=nobody").content.decode()


def test_pages_of_users_follow_each_other_without_a_gap(as_admin, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 3)
    for number in range(7):
        make_user(f"user{number}", is_active=number % 2 == 0)

    seen, page = [], as_admin.get("/users/")
    while True:
        seen += [user.username for user, _ in page.context["page"].rows]
        if not page.context["next"]:
            break
        page = as_admin.get("/users/" + page.context["next"])

    assert seen == ["jane", "user0", "user2", "user4", "user6", "user1", "user3", "user5"]
    assert as_admin.get("/users/?after=99999999999999999999").status_code == 200


# Who changed what


def test_changes_are_shown_on_edit_user_and_of_all(as_admin, andrew):
    edit(as_admin, andrew, "customers.merge_customer")

    for path in (andrew.get_absolute_url(), "/users/changes/", f"/users/changes/?user={andrew.pk}"):
        page = as_admin.get(path).content.decode()
        assert "Given: Can merge customers." in page
        assert "Jane Peacock" in page


def test_pages_of_changes_follow_each_other(as_admin, andrew, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(recording, "PAGE", 30)
    for number in range(70):
        recording.write(andrew, f"Change {number}.", by=None)

    with django_assert_num_queries(5):  # session, who asks, their permissions, their groups'; changes with both users
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
    andrew = make_user("andrew", EVERYTHING)
    for number in range(30):
        recording.write(andrew, "Changed.", by=None, given=["customers.merge_customer"])
        ApiKey.objects.create(user=andrew, name="Warehouse", digest=str(number))

    with django_assert_num_queries(14):
        # session, who asks, their permissions, their groups'; the user; their boxes with types, and those of groups;
        # what both may by any way; what one may, for the boxes; what the other may, for the keys; keys and changes
        as_admin.get(andrew.get_absolute_url())


# Who may do more


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
    assert "You may not give it, as you may not do it" in page.content.decode()
    assert [name for name, _ in page.context["form"].fields["role"].choices] == ["custom"]

    edit(client, andrew, "customers.delete_customer", MANAGE_USERS, is_superuser="on", user_permissions="1")
    assert fresh(andrew).get_all_permissions() == {MANAGE_USERS}
    assert edit(client, andrew, role="admin").status_code == 422


@pytest.mark.parametrize("seen", ["auth.view_group", "nonsense", "\x01 . accounts.", "x" * 10_000])
def test_what_was_seen_is_believed_of_boxes_alone(seen, as_admin, andrew):
    andrew.user_permissions.add(*functionalities.rows({"auth.view_group"}))

    edit(as_admin, andrew, seen=seen)

    assert fresh(andrew).has_perm("auth.view_group")


def test_a_user_without_a_password_gets_a_link(as_admin):
    response = as_admin.post("/users/add/", typed(), follow=True)

    page = response.content.decode()
    assert "Andrew Adams is created and has no password yet. Make a link below and pass it on." in page
    assert "Make a link" in page
    assert not User.objects.get(username="andrew").has_usable_password()


def test_every_functionality_says_what_it_allows():
    assert [each.label for each in functionalities.listed() if not each.sentence] == []
