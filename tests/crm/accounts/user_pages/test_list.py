"""The list of users."""

from crm.accounts import users
from crm.accounts.models import User
from crm.accounts.roles import SUPPORT_AGENT
from tests.factories import make_user


def test_list_names_everyone_with_their_role(as_admin, agent, viewer):
    page = as_admin.get("/users/").content.decode()

    assert [name in page for name in ["Margaret Park", "Support agent", "Steve Johnson", "Viewer", "Jane Peacock"]]


def test_list_asks_the_database_as_often_for_thirty_users(as_admin, django_assert_num_queries):
    for number in range(30):
        make_user(f"user{number}", SUPPORT_AGENT.ticks)

    with django_assert_num_queries(6):
        # session, who asks with what they may; then users, permissions, content types; whether there are enough to need
        # a search
        as_admin.get("/users/")


def test_few_users_need_no_search(as_admin):
    assert "Name or email" not in as_admin.get("/users/").content.decode()


def test_many_are_searched_and_filtered(as_admin):
    for number in range(12):
        make_user(f"user{number}", SUPPORT_AGENT.ticks if number % 2 else [], email=f"u{number}@example.com")
    User.objects.filter(username="user3").update(is_active=False, first_name="Zoë")

    def found(**query):
        return [user.username for user, _ in as_admin.get("/users/", query).context["page"].rows]

    assert found(q="zoë") == found(q="U3@example") == ["user3"]
    assert found(q="user1 example") == ["user1", "user10", "user11"]
    assert found(state="out") == ["user3"]
    assert found(may="orders.refund_order", state="in") == ["jane", "user1", "user11", "user5", "user7", "user9"]
    assert found(q="\x00", may="orders.nothing", state="?")[0] == "jane"
    assert "No users match" in as_admin.get("/users/?q=nobody").content.decode()


def test_pages_of_users_follow_each_other_without_a_gap(as_admin, monkeypatch):
    monkeypatch.setattr(users, "PER_PAGE", 3)
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
