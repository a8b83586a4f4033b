import pytest

from orders.imports.columns.guess import guess, with_formats
from orders.imports.columns.mapping import ColumnMapping, Reason, check, headers_digest, problems
from orders.imports.errors import MappingError
from tests.orders.imports.files import csv_table
from tests.orders.imports.reading import export
from tests.tables import table


def targets(header: str) -> dict[str, str]:
    """Of a file whose cells say nothing."""
    columns = header.split(",")
    return {c.header: c.target for c in guess(csv_table(f"{header}\n{','.join('?' * len(columns))}\n")).columns}


@table(
    "header",
    [
        "Email,Phone,First Name,Last Name,Company,City,Zip,Country",
        "E-Mail,Telefon,Vorname,Nachname,Firma,Ort,PLZ,Land",
        "Correo electrónico,Teléfono,Nombre,Apellidos,Empresa,Ciudad,Código postal,País",
        "Courriel,Téléphone,Prénom,Nom,Société,Ville,Code postal,Pays",
        "E-mailová adresa,Telefonní číslo,Jméno,Příjmení,Společnost,Město,PSČ,Země",
        "emailAddress,phone_number,firstName,last-name,companyName,CITY,postalCode,country_code",
        "Электронная почта,Телефон,Имя,Фамилия,Компания,Город,Индекс,Страна",
    ],
)
def test_a_column_is_known_by_its_header_in_many_languages(header):
    people = ("email", "phone", "first_name", "last_name", "company")
    places = ("billing_address.city", "billing_address.postal_code", "billing_address.country")
    assert tuple(targets(header).values()) == (*people, *places)


def test_a_column_is_known_by_its_cells_and_says_how_many_fit():
    people = "".join(f"hh{n}@gmail.com,+420 241 770 4{n},CZ,EUR\n" for n in range(10, 50))
    mapping = guess(csv_table("Kontakt A,Kontakt B,C,D\n" + people + "none,none,none,none\n" * 2))
    assert [(column.target, column.reason) for column in mapping.columns] == [
        ("email", Reason.CONTENT),
        ("phone", Reason.CONTENT),
        ("billing_address.country", Reason.CONTENT),
        ("currency", Reason.CONTENT),
    ]
    assert mapping.columns[0].why == "By content: 40 of 42 are emails"
    assert mapping.columns[0].samples == ("hh10@gmail.com", "hh11@gmail.com", "hh12@gmail.com")


def test_numbers_that_may_be_anything_are_left_out():
    column = guess(csv_table("Email,X\n" + "a@b.com,2417704491\n" * 3)).columns[1]
    assert (column.target, column.reason, column.why) == ("", Reason.LEFT_OUT, "")


def test_an_empty_column_and_a_second_one_of_the_same_meaning_are_left_out():
    mapping = guess(csv_table("Email,City,Town,Phone,Mobile,Fax\na@b.com,Praha,Brno,1,2,\n"))
    assert [c.target for c in mapping.columns] == ["email", "billing_address.city", "", "phone", "phone", ""]
    assert [c.why for c in mapping.columns if not c.target] == ["Another column means this", "Empty in the first rows"]


@table(
    ("header", "meanings"),
    [
        ("ID,Email,Order Date,Total,Status", "order_id email order_date order_total order_status"),
        ("ID,Email,Item,Price,Created", "order_id email line_description line_price order_date"),
        ("ID,Order Number,Customer ID,Total,Date", "- order_id customer_id order_total order_date"),
        (
            "Plan,ID,Email,Interval,Amount,Status",
            "subscription_product subscription_id email subscription_interval subscription_price subscription_status",
        ),
        (
            "Subscription ID,Email,Product,Qty,Price,Currency,Tax",
            "subscription_id email subscription_product subscription_quantity subscription_unit_price currency -",
        ),
        ("ID,Email,Created,Total,Discount,Currency,Plan", "customer_id email lead_created_at - - - -"),
        ("ID,Email,Price,Total", "order_id email line_price order_total"),
    ],
)
def test_a_header_that_every_file_has_means_what_the_rows_are(header, meanings):
    assert " ".join(target or "-" for target in targets(header).values()) == meanings


@table(
    ("dates", "order"),
    [
        ("03/04/2026 27/01/2026", "day"),
        ("03/04/2026 01/27/2026", "month"),
        ("03/04/2026 05/06/2026", ""),
        ("27/01/2026 01/27/2026", ""),
        ("03.04.2026 05.06.2026", None),
        ("2026-04-03 05/05/2026", None),
    ],
)
def test_the_order_of_day_and_month_is_told_by_all_dates_or_asked(dates, order):
    mapping = guess(csv_table("Email,Created\n" + "".join(f"a@b.com,{date}\n" for date in dates.split())))
    assert mapping.date_order == order
    question = "Choose whether the day or the month comes first in “Created”."
    assert list(problems(mapping)) == ([question] if order == "" else [])


@table(
    ("amounts", "mark"),
    [("1.234 12.50", "."), ("1.234 12,50", ","), ("1.234,50 1.234", ","), ("1.234 5.678", ""), ("12 15", None)],
)
def test_the_decimal_mark_is_told_by_all_amounts_or_asked(amounts, mark):
    rows = "".join(f"{n};a@b.com;2026-01-01;{amount}\n" for n, amount in enumerate(amounts.split()))
    mapping = guess(csv_table("Order ID;Email;Order Date;Total\n" + rows))
    assert mapping.decimal_mark == mark
    question = "Choose whether a point or a comma marks the decimals in “Total”."
    assert list(problems(mapping)) == ([question] if mark == "" else [])


@table(
    ("header", "problem"),
    [
        ("Name,City", "Choose a column for the email, the phone or the source ID."),
        ("Email,Order ID,Total", "Choose a column for the date of the orders."),
        ("Email,Order ID,Order Date", "Choose a column for the total of the orders, or for the price of their lines."),
        ("Email,Plan,Interval", "Choose a column for the subscription ID."),
        ("Email,Subscription ID,Plan", "Choose a column for the price of the subscriptions."),
        ("Email,Subscription ID,Start date", "Choose a column for the product or plan of the subscriptions."),
    ],
)
def test_what_a_file_lacks_is_said_in_a_sentence(header, problem):
    mapping = guess(csv_table(f"{header}\n{','.join('1' * len(header.split(',')))}\n"))
    assert next(problems(mapping)).startswith(problem)
    with pytest.raises(MappingError):
        check(mapping)


def test_orders_that_somebody_chooses_need_their_id():
    mapping = guess(csv_table("Email,Total\na@b.com,1\n")).chosen({"Total": "order_total"})
    assert next(problems(mapping)).startswith("Choose a column for the order ID. Without it the same file again")


def test_a_mapping_is_kept_as_json_and_used_for_a_file_in_another_order():
    mapping = guess(csv_table("Email,Kundennr,Extra\na@b.com,1,x\n")).chosen({"Extra": "custom1", "Email": ""})
    assert ColumnMapping.from_json(mapping.to_json()) == mapping
    other = csv_table("New,EXTRA,kundennr,email\nn,x,1,a@b.com\n")
    again = with_formats(other, ColumnMapping.from_json(mapping.to_json()).for_headers(other.headers))
    assert [(c.header, c.target) for c in again.columns] == [
        ("New", ""),
        ("EXTRA", "custom1"),
        ("kundennr", "customer_id"),
        ("email", ""),
    ]
    assert again.columns[1].reason is Reason.CHOSEN


def test_a_target_of_an_older_version_leaves_its_column_out():
    stored = guess(csv_table("Email,City\na@b.com,Praha\n")).to_json()
    stored["columns"][0]["target"] = "fax"
    assert [c.target for c in ColumnMapping.from_json(stored).columns] == ["", "billing_address.city"]


def test_headers_are_the_same_in_any_order_and_case():
    assert headers_digest(["Email", "First Name"]) == headers_digest(["first_name", "EMAIL"])
    assert headers_digest(["Email"]) != headers_digest(["Email", "Phone"])


def test_another_preset_can_be_chosen_or_none():
    shop = export("shopify_customers_2022")
    assert guess(shop, preset="hubspot_contacts").preset == "hubspot_contacts"
    assert {c.reason for c in guess(shop, preset="").columns} == {Reason.HEADER, Reason.LEFT_OUT}
