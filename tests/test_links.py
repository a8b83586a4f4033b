"""A page leads nowhere that its reader may not go."""

import re
from contextlib import suppress

import pytest
from django.urls import Resolver404, resolve

from tests.factories import make_user, signed_in
from tests.page_access import PAGES, ask_each

LINK = re.compile(r'(?:href|action|formaction|hx-get|hx-post)="(/[^"?#]*)')


def links_of(answer):
    """The names of the pages that an answer leads to or sends a form to."""
    for path in set(LINK.findall("" if answer.streaming else answer.text)):
        with suppress(Resolver404):
            yield resolve(path).view_name


@pytest.mark.one_database
def test_no_page_has_a_link_that_its_reader_may_not_open(subjects):
    closed = set()
    for number, needs in enumerate({page.needs for page in PAGES.values()}):
        client = signed_in(make_user(f"reader {number}", needs))
        open_pages = {name for name, page in PAGES.items() if {*page.needs} <= {*needs}}
        readable = [name for name in open_pages if PAGES[name].method == "get"]
        for name, answer in ask_each(client, readable, subjects).items():
            closed |= {(name, link) for link in links_of(answer) if link in PAGES.keys() - open_pages}
    assert closed == set()
