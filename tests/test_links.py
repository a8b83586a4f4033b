"""A page leads nowhere that its reader may not go.

A link that does not ask for a permission that it needs is there for who has all but that one. What is there only for
who lacks a permission is there for who has no other than the page needs: test_access.py.
"""

import pytest

from crm.accounts.checkboxes import ALL_PERMISSIONS
from tests.factories import make_user, signed_in
from tests.page_access import NEEDED, PAGES, ask_each, links_of


@pytest.mark.one_database
def test_no_page_has_a_link_that_its_reader_may_not_open(subjects):
    pages = [name for name, page in PAGES.items() if page.method == "get"]
    answers = ask_each(signed_in(make_user("everything", ALL_PERMISSIONS)), pages, subjects)
    links = {name: found for name, answer in answers.items() if (found := links_of(answer))}
    on_every_page = set.intersection(*links.values())

    closed = set()
    for need in sorted(NEEDED):
        readable = [name for name in links if need not in PAGES[name].needs]
        needing_it = {name for name, page in PAGES.items() if need in page.needs}
        asked = {readable[0], *(name for name in readable if (links[name] - on_every_page) & needing_it)}
        client = signed_in(make_user(f"all but {need}", ALL_PERMISSIONS - {need}))
        for name, answer in ask_each(client, asked, subjects).items():
            closed |= {(name, link) for link in links_of(answer) & needing_it}
    assert closed == set()
