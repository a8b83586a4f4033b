from datetime import UTC, datetime
from urllib.parse import parse_qs

from django.template import RequestContext, Template

from customers.lib.pages import Cursor, Page, page_of


def test_a_page_ends_at_its_last_row_where_more_follow_and_nowhere_on_the_last():
    assert page_of(range(4), str, size=3) == Page([0, 1, 2], "2")
    assert page_of(range(3), str, size=3) == Page([0, 1, 2], None)


def test_a_cursor_stands_in_a_link_as_one_value_and_is_read_from_it(rf):
    cursor = Cursor(datetime(2026, 3, 31, 12, tzinfo=UTC), 7)
    link = Template("{% querystring before=cursor %}").render(RequestContext(rf.get("/"), {"cursor": cursor}))
    assert [Cursor.parse(text) for text in parse_qs(link[1:])["before"]] == [cursor]
