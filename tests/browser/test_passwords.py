"""What a page says of a new password while it is typed."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def field(page: Page, sign_in):
    sign_in("jane")
    page.goto("/account/password/")
    return page.locator("#id_new_password1")


def test_a_new_password_is_judged_while_it_is_typed(page: Page, field):
    strength = page.locator(".strength").first
    expect(strength).to_be_hidden()
    for typed, words in (
        ("short", "Weak: 12 characters or more, 5 so far."),
        ("abcdefghijklmnop", "Weak."),
        ("geesegeesegeese", "Weak."),
        ("jane and her geese", "Weak."),
        ("Twelve!Geese", "Fair."),
        ("a good password of mine", "Strong."),
    ):
        field.fill(typed)
        expect(strength).to_have_text(words)
    field.fill("")
    expect(strength).to_be_hidden()


def test_a_new_password_can_be_shown(page: Page, field):
    field.fill("Twelve!Geese")
    page.get_by_role("button", name="Show").first.click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide").first.click()
    expect(field).to_have_attribute("type", "password")
