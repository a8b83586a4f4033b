from customers.lib.pages import Page, page_of


def test_a_page_ends_at_its_last_row_where_more_follow_and_nowhere_on_the_last():
    assert page_of(range(4), str, size=3) == Page([0, 1, 2], "2")
    assert page_of(range(3), str, size=3) == Page([0, 1, 2], None)
