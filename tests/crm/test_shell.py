from crm.permissions import MANAGE_USERS, USE_API
from tests.factories import make_user, signed_in


def test_start_leads_who_may_not_view_customers_to_what_they_may_open(db):
    assert signed_in(make_user("somebody", [MANAGE_USERS])).get("/").url == "/users/"
    assert signed_in(make_user("robot", [USE_API])).get("/").url == "/account/"


def test_start_tells_who_may_do_nothing_whom_to_ask(nobody):
    response = signed_in(nobody).get("/")

    assert response.status_code == 403
    assert "You are signed in but have no permissions yet." in response.content.decode()


def test_header_names_only_what_one_may_open(nobody, as_admin):
    header = signed_in(nobody).get("/").content.decode()
    assert [text in header for text in ["Nora Body", ">Settings</a>", ">Customers</a>", "Search customers"]] == [
        True, False, False, False,
    ]  # fmt: skip

    header = as_admin.get("/users/").content.decode()
    assert '<a href="/users/" aria-current="page">Settings</a>' in header


def test_a_refusal_names_the_box_to_tick(as_agent):
    page = as_agent.get("/users/").content.decode()

    assert "You need the permission “Can manage users”. An admin can grant it on Edit User." in page


def test_an_address_without_a_page_says_what_to_do(as_agent):
    response = as_agent.get("/nowhere/")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_stranger_learns_nothing_from_an_address_without_a_page(client, db):
    assert "Search customers" not in client.get("/nowhere/").content.decode()


def test_every_page_forbids_scripts_and_styles_of_others(client, db):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"].split("; ")

    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert not [source for source in policy if "unsafe" in source]
