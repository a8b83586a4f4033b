from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.engagement.notes import LONGEST_NOTE
from orders.imports.columns.fields import BY_KEY, TARGETS
from orders.imports.columns.guess import guess
from orders.imports.columns.mapping import ColumnMapping, MappedColumn
from orders.imports.errors import MappingError
from orders.imports.files.table import Row
from orders.imports.rows.read import MOST_LINES, Reader
from orders.imports.rows.read_customer import CustomerReader
from orders.imports.rows.values import Formats, Values
from orders.models import OrderStatus
from tests.orders.imports.files import csv_table
from tests.orders.imports.reading import PRAGUE, SHOP, read, read_csv, refusals
from tests.tables import table

ORDER = "Order ID,Order Date,Email,Total\n"


def profile(header: str, cell: str) -> dict[str, object]:
    (row,) = read_csv(f"Email,{header}\na@b.com,{cell}\n")
    return (
        {key: value for key, value in row.profile.items() if key != "email"} if not row.refusal else {"": row.refusal}
    )


@table(
    ("header", "cell", "values"),
    [
        ("First name", "  Ann ", {"first_name": "Ann"}),
        ("Last name", "'t Hart", {"last_name": "'t Hart"}),
        ("Name", "Jan van der Berg", {"first_name": "Jan", "last_name": "van der Berg"}),
        ("Phone", "'+420241770449", {"phone": "+420241770449"}),
        ("Phone", '"=""+420241770449"""', {"phone": "+420241770449"}),
        ("Phone", "4.15551234567E+11", {"phone": "415551234567"}),
        ("Country", "Německo", {"billing_address": {"country": "DE"}}),
        ("Country", "Atlantis", {"billing_address": {"country": "Atlantis"}}),
        ("Opt out", "TRUE", {"email_opt_in": False}),
        ("Newsletter", "ja", {"email_opt_in": True}),
        ("Newsletter", "0", {"email_opt_in": False}),
        ("Newsletter", "", {}),
        ("Lead status", "Working Lead", {"lead_status": "working"}),
        ("Website", "holy.example.cz", {"website": "https://holy.example.cz"}),
    ],
)
def test_a_cell_is_read_as_what_it_means(header, cell, values):
    assert profile(header, cell) == values


@table(
    ("text", "refusal"),
    [
        (
            "Email\nnana@@example。com\n",
            "Email: “nana@@example。com” is no email address. Correct it, or leave the cell empty.",
        ),
        (
            "Kundennr,Email\n6.94009E+09,a@b.com\n",
            "Kundennr: “6.94009E+09” was shortened by a spreadsheet, so its last digits are lost. Export the file again"
            " without opening it.",
        ),
        ("Phone,Email\n4.15551E+11,a@b.com\n", "Phone: “4.15551E+11” was shortened by a spreadsheet"),
        ("Email,Phone,City\n,,Praha\n", "This row has no name, email, phone or ID. Fill in one of them."),
        ("Email,Newsletter\na@b.com,perhaps\n", "Newsletter: “perhaps” is neither Yes nor No."),
        ("Email,City\na@b.com,Praha,1\n", "This row has 3 cells and the header 2."),
        (f"Email,First name\na@b.com,{'x' * 101}\n", "The first name must have 100 characters or fewer"),
        ("Email,Lead status\na@b.com,hot\n", "Lead status: “hot” is not known. Use one of New Lead,"),
        ("Email,Created\na@b.com,31/02/2026\n", "Created: “31/02/2026” is no date such as 2026-01-31."),
        ("Email,Website\na@b.com,no site\n", "Website: “no site” cannot be stored. Enter a website"),
        ("ID,Email\nrec_7,a@b.com\n", "ID: IDs such as rec_7 are given here."),
        (
            f"Email,Note\na@b.com,{'x' * (LONGEST_NOTE + 1)}\n",
            f"The note has {LONGEST_NOTE + 1:,} characters. Use {LONGEST_NOTE:,}",
        ),
        (ORDER + "1,2026-01-01,a@b.com,free\n", "Total: “free” is no amount such as 12.50."),
        (ORDER + f"1,2026-01-01,a@b.com,{'9' * 40}\n", "Total: “999"),
        (ORDER + "1,2026-01-01,a@b.com,99999999999\n", "An amount must be"),
        (ORDER + ",2026-01-01,a@b.com,1\n", "This row has no order ID. Fill it in."),
        (ORDER + "1,,a@b.com,1\n", "This order has no date. Fill it in."),
        (ORDER + "1,2026-01-01,,1\n", "This row has no name, email, phone or ID."),
        (ORDER.replace("Total", "Total,Currency") + "1,2026-01-01,a@b.com,1,XXQ\n", "Use a currency such as USD."),
        (
            ORDER.replace("Total", "Total,Order status") + "1,2026-01-01,a@b.com,1,odd\n",
            "Order status: “odd” is not known.",
        ),
        (ORDER.replace("Total", "Total,Qty") + "1,2026-01-01,a@b.com,1,1.5\n", "Qty: “1.5” is no whole number."),
        (ORDER.replace("Total", "Total,IP") + "1,2026-01-01,a@b.com,1,1.2.3\n", "IP: “1.2.3” is no IP address."),
        (ORDER.replace("Total", "Total,Refunded") + "1,2026-01-01,a@b.com,1,2\n", "The refunded amount must not be"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_in_a_sentence_that_names_the_column(text, refusal):
    (said,) = refusals(text)
    assert said.startswith(refusal)


def test_a_refused_row_leaves_the_others_and_keeps_its_cells():
    rows = read_csv("Email,City\nno email,Praha\na@b.com,Brno\n")
    assert [(row.numbers, bool(row.refusal)) for row in rows] == [((2,), True), ((3,), False)]
    assert rows[0].cells == {"Email": "no email", "City": "Praha"}
    assert rows[0].customer is None


def test_an_order_comes_in_whatever_its_email_is():
    (row,) = read_csv(ORDER + "1,2026-01-01,no email,1\n")
    assert row.order
    assert (row.order.customer.identity.email, "email" in row.profile) == ("no email", False)


def test_of_several_columns_the_first_that_is_not_blank_counts_and_notes_are_put_together():
    text = "Email,Phone,Mobile,Note,Comment,Tags,Labels\na@b.com,,+420 241 770 449,one,two,a; b,c\n"
    (row,) = read_csv(text)
    assert row.customer
    assert (row.customer.identity.phone, row.note, row.tags) == ("+420 241 770 449", "one\ntwo", ("a", "b", "c"))
    assert read_csv(text.replace(",,", ",1234567,"))[0].profile["phone"] == "1234567"


def test_an_attribute_is_named_as_its_column_and_a_tag_can_be_given_to_all():
    people = csv_table("Email,Shoe size\na@b.com,43\n")
    mapping = guess(people).chosen({"Shoe size": "attribute"})
    (row,) = read(people, ColumnMapping(mapping.columns, tags=("import-11",)))
    assert (row.attributes, row.tags) == ({"Shoe size": "43"}, ("import-11",))


@table(
    ("cell", "at"),
    [
        ("2026-02-21T10:30:00Z", datetime(2026, 2, 21, 10, 30, tzinfo=UTC)),
        ("2026-02-21 10:30:00 +0100", datetime(2026, 2, 21, 9, 30, tzinfo=UTC)),
        ("2026-02-21 10:30", datetime(2026, 2, 21, 10, 30, tzinfo=PRAGUE)),
        ("21.2.2026", datetime(2026, 2, 21, tzinfo=PRAGUE)),
        ("21. 2. 2026 8:05", datetime(2026, 2, 21, 8, 5, tzinfo=PRAGUE)),
        ("2/21/26 1:05 PM", datetime(2026, 2, 21, 13, 5, tzinfo=PRAGUE)),
        ('"Feb 21, 2026 12:05 AM"', datetime(2026, 2, 21, 0, 5, tzinfo=PRAGUE)),
        ("21 February 2026", datetime(2026, 2, 21, tzinfo=PRAGUE)),
        ("1771666200", datetime(2026, 2, 21, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_time_zone_that_it_or_the_import_has(cell, at):
    (row,) = read_csv(ORDER + f"1,{cell},a@b.com,1\n")
    assert row.order, row.refusal
    assert row.order.at == at


@table(
    ("cell", "total"),
    [
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1 234,50 Kč", "1234.5"),
        ("$12", "12"),
        ("EUR 12.5", "12.5"),
        ("12,-", "12"),
        ("1'234.50", "1234.5"),
        ("1.234.567", "1234567"),
        ("0.125", "0.12"),
        (".5", None),
    ],
)
def test_an_amount_is_read_with_its_marks_and_signs(cell, total):
    (row,) = read_csv(ORDER + f'1,2026-01-01,a@b.com,"{cell}"\n')
    assert (row.order.total if row.order else None) == (total and Decimal(total))


@table("cell", ["(1,234.50)", "-1234.50", "1234.50-", "−1 234.50"])
def test_an_amount_below_zero_is_read_and_refused_as_a_total(cell):
    (row,) = read_csv(ORDER.replace("Total", "Total,Shipping") + f'1,2026-01-01,a@b.com,5,"{cell}"\n')
    assert row.order
    assert row.order.shipping == Decimal("-1234.50")
    assert refusals(ORDER + f'1,2026-01-01,a@b.com,"{cell}"\n')[0].startswith("An amount must be")


@table(
    ("status", "refunded", "total", "ours", "amount"),
    [
        ("paid", "", 9, OrderStatus.COMPLETE, 0),
        ("Refunded", "", 9, OrderStatus.REFUNDED, 9),
        ("paid", "9", 9, OrderStatus.REFUNDED, 9),
        ("paid", "-4", 9, OrderStatus.COMPLETE, 4),
        ("voided", "", 9, OrderStatus.CANCELLED, 0),
        ("checkout-draft", "", 9, OrderStatus.PARTIAL, 0),
        ("on-hold", "", 9, OrderStatus.PENDING, 0),
        ("", "", 9, OrderStatus.COMPLETE, 0),
    ],
)
def test_a_status_of_another_system_becomes_ours_and_a_refund_its_amount(status, refunded, total, ours, amount):
    header = ORDER.replace("Total", "Total,Order status,Refunded")
    (row,) = read_csv(header + f"1,2026-01-01,a@b.com,{total},{status},{refunded}\n")
    assert row.order
    assert (row.order.status, row.order.refunded) == (ours, amount)


def test_lines_of_one_order_stand_below_each_other_and_make_its_total():
    header = "Order ID,Order Date,Email,Item,Qty,Price,Shipping\n"
    lines = "1,2026-01-01,a@b.com,Mug,2,10,5\n1,,,Tea,1,2.50,\n2,2026-01-02,b@b.com,Tea,1,2.50,\n"
    first, second = read_csv(header + lines)
    assert first.order
    assert (first.numbers, first.order.total, first.order.currency) == ((2, 3), Decimal("27.50"), "USD")
    assert second.numbers == (4,)


def test_an_order_of_more_lines_than_any_has_is_refused_a_part_at_a_time():
    text = ORDER + "1,2026-01-01,a@b.com,1\n" * (MOST_LINES + 1) + "2,2026-01-01,a@b.com,1\n"
    rows = read_csv(text)
    assert [len(row.numbers) for row in rows] == [MOST_LINES, 1, 1]
    assert [bool(row.refusal) for row in rows] == [True, True, False]


def test_a_reader_goes_on_behind_the_last_row_of_an_order():
    text = ORDER + "".join(f"{n // 2},2026-01-01,a@b.com,1\n" for n in range(2, 12))
    table = csv_table(text)
    reader = Reader(table, guess(table), SHOP)
    first = next(reader.rows())
    assert first.numbers == (2, 3)
    assert [row.numbers[0] for row in reader.rows(after=3)] == [4, 6, 8, 10]
    assert [row.numbers[0] for row in Reader(table, guess(table), SHOP).rows(after=7)] == [8, 10]


def test_a_date_that_can_be_read_two_ways_is_refused_until_somebody_says_how():
    people = csv_table("Email,Created\na@b.com,03/04/2026\n")
    with pytest.raises(MappingError, match="Choose whether the day or the month"):
        read(people)
    read_by = [ColumnMapping(guess(people).columns, date_order=order) for order in ("day", "month", None)]
    days, months, unknown = (read(people, mapping)[0] for mapping in read_by)
    assert (days.beside["lead_created_at"].month, months.beside["lead_created_at"].month) == (4, 3)
    assert unknown.refusal.startswith("Created: “03/04/2026” can be read two ways.")


class OneRow:
    def __init__(self, cells: list[str]) -> None:
        self.headers, self.width, self._cells = tuple(KEYS), len(KEYS), cells

    def rows(self, after: int) -> list[Row]:
        return [Row(2, self._cells)]


# Each is read, but for those that ask the database. No file has orders and subscriptions.
KEYS = [target.key for target in TARGETS if target.key not in ("line_sku", "lead_phase", "account_type")]
OF_OTHERS = {
    "orders": ("Subscription",),
    "subscriptions": ("Order", "Order line"),
    "customers": ("Subscription", "Order"),
}
CELLS = st.text(st.sampled_from("0123456789.,-+/:eE@'=\"() abzAPM€②٣\u0000\ud800"), max_size=25)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, min_size=len(KEYS), max_size=len(KEYS)), st.sampled_from([*OF_OTHERS]))
def test_whatever_cells_say_a_row_is_read_or_refused(cells, rows_of):
    left_out = [key for key in KEYS if BY_KEY[key].group.startswith(OF_OTHERS[rows_of])]
    columns = tuple(MappedColumn(key, target="" if key in left_out else key) for key in KEYS)
    mapping = ColumnMapping(columns, date_order="day", decimal_mark=".")
    assert mapping.rows_of == rows_of
    (row,) = Reader(OneRow(cells), mapping, SHOP, zone=PRAGUE).rows()
    assert bool(row.refusal) != bool(row.customer)


@pytest.mark.django_db
def test_all_that_is_read_of_a_customer_tells_two_of_them_apart():
    """Who says the same is read once, so nothing may be read that is not compared before."""
    asked = set()

    class Cells(dict[str, str]):
        def get(self, target, default=None):
            asked.add(target)
            return super().get(target, default)

    reader = CustomerReader(SHOP, {target.key for target in TARGETS}, is_strict=True)
    formats = Formats("", ".", PRAGUE, {}, {})
    first, other, again = (reader.read(Values(Cells(email=f"{n}@b.com"), formats)) for n in (1, 2, 1))
    assert (first.customer.identity.email, other.customer.identity.email) == ("1@b.com", "2@b.com")
    assert again is first
    assert asked <= set(reader.compared)
