"""From enrolment through sign-in to loss and recovery, with a device that Chromium plays."""

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from crm.accounts.factors.overview import has_factor
from crm.accounts.models import ApiKey
from tests.browser.conftest import PASSWORD, PHONE
from tests.crm.accounts.factors.devices import code_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """Of the browser of `page`: it has passkeys until it is lost."""

    def __init__(self, page: Page) -> None:
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        self.name = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    def refuse(self) -> None:
        """As a user who cancels, or whose finger it does not know."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.name, "isUserVerified": False})

    def lose(self) -> None:
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.name})


@pytest.fixture
def careful():
    with override_settings(SECOND_FACTOR_REQUIRED=True):
        yield


def enter_password(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name").fill("jane")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/login/")


def test_a_passkey_is_enrolled_signs_in_answers_again_is_lost_and_recovered(page: Page, live_server, careful):
    page.set_viewport_size(PHONE)
    jane = make_user("jane", ["customers.delete_customer", "accounts.use_api"], password=PASSWORD)
    device = Device(page)

    # Enrolment: nothing else opens.
    enter_password(page)
    expect(page.get_by_text("Add a second factor to continue.")).to_be_visible()
    page.get_by_label("Warning").get_by_role("link", name="Add passkey").click()
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("status")).to_contain_text("added.")
    codes = page.get_by_role("main").locator("ol.codes code").all_text_contents()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 of 10 left").first).to_be_visible()

    # The passkey instead of a password.
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)

    # As the second step.
    sign_out(page)
    enter_password(page)
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)

    # As the answer to the second question, with what was typed before.
    age_answer(jane)
    page.goto("/account/keys/add/")
    page.get_by_label("Name", exact=True).fill("Warehouse")
    page.get_by_role("button", name="Create API key").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_label("API key", exact=True)).to_be_visible()
    assert ApiKey.objects.get().name == "Warehouse"

    # Lost, and recovered.
    page.goto("/account/security/")
    sign_out(page)
    device.lose()
    enter_password(page)
    page.get_by_label("Recovery code").fill(codes[3].lower())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("status")).to_contain_text("You used a recovery code. Left: 9.")
    page.get_by_role("link", name="Remove… passkey Phone").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Add a second factor to continue.")).to_be_visible()
    assert not has_factor(jane)


def age_answer(user):
    session = user.sessions.get()
    data = session.get_decoded() | {"answered_at": 0}
    session.session_data = session.get_session_store_class()().encode(data)
    session.save()


def test_a_device_that_refuses_says_so_and_leaves_the_other_ways(page: Page, live_server):
    make_user("jane", password=PASSWORD)
    device = Device(page)
    enter_password(page)
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/account/security/passkeys/add/")
    page.get_by_label("Name").fill("Phone")
    device.refuse()
    page.get_by_role("button", name="Add passkey").click()

    expect(page.get_by_role("alert").filter(has_text="No passkey was used.")).to_be_visible()
    assert page.get_by_label("Name").input_value() == "Phone"


def test_an_app_is_set_up_without_scripts(browser, live_server, careful):
    make_user("jane", ["orders.refund_order"], password=PASSWORD)
    with browser.new_context(base_url=live_server.url, java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        enter_password(page)
        expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
        page.get_by_label("Warning").get_by_role("link", name="Set up app").click()
        expect(page.get_by_role("img", name="QR code for the app")).to_be_visible()
        secret = page.get_by_label("Key to type instead").input_value()
        page.get_by_label("Code", exact=True).fill(code_of(secret, later=-1))
        page.get_by_role("button", name="Set up app").click()
        page.get_by_role("link", name="I have kept them").click()
        sign_out(page)
        enter_password(page)
        page.get_by_label("Code from your app, or a recovery code").fill(code_of(secret))
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(lambda url: "login" not in url)
