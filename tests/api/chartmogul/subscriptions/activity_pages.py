"""Activities of the account, as a program reads them."""

from tests.factories.invoices import count_purchases


def of_account(caller, **query):
    count_purchases()
    answer = caller.get("activities", **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def every_page(caller, **query):
    entries, more = [], {}
    for _ in range(100):
        page = of_account(caller, **query, **more)
        entries += page["entries"]
        if not page["has_more"]:
            return entries
        more = {"cursor": page["cursor"]}
    raise AssertionError("The pages do not end.")
