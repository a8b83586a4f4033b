from customers.lib.addresses.address import address_lines, labels_of, parts_in_order, postal_code_doubt
from customers.lib.addresses.countries import COUNTRIES
from customers.lib.addresses.formats import FILE
from tests.tables import table

STREET = {"line1": "1033 N Park Ave", "line2": "Apt 4"}


@table(
    ("parts", "lines"),
    [
        (
            {"city": "Tucson", "state": "AZ", "postal_code": "85719", "country": "US"},
            ["Tucson, AZ 85719", "United States of America"],
        ),
        ({"state": "AZ", "postal_code": "85719", "country": "US"}, ["AZ 85719", "United States of America"]),
        ({"city": "Tucson", "country": "US"}, ["Tucson", "United States of America"]),
        ({"city": "London", "postal_code": "SW1A 1AA", "country": "GB"}, ["London", "SW1A 1AA", "United Kingdom"]),
        (
            {"city": "Toronto", "state": "ON", "postal_code": "M5V 3L9", "country": "CA"},
            ["Toronto ON M5V 3L9", "Canada"],
        ),
        ({"city": "Prague", "postal_code": "14300", "country": "CZ"}, ["14300 Prague", "Czechia"]),
        # Czechia writes no state: it is shown all the same.
        ({"city": "Prague", "postal_code": "14300", "state": "PR", "country": "CZ"}, ["14300 Prague", "PR", "Czechia"]),
        ({"city": "Nowhere", "postal_code": "1", "state": "S", "country": "XX"}, ["1 Nowhere S", "XX"]),
        ({"city": "Nowhere", "postal_code": "1", "state": "S"}, ["1 Nowhere S"]),
    ],
)
def test_an_address_is_written_as_in_its_country(parts, lines):
    assert address_lines(STREET | parts) == ["1033 N Park Ave", "Apt 4", *lines]


def test_a_japanese_address_is_written_in_the_order_of_its_script():
    parts = {"line1": "千代田1-1", "state": "東京都", "postal_code": "100-8111", "country": "JP"}
    assert address_lines(parts) == ["〒100-8111", "東京都", "千代田1-1", "Japan"]
    latin = {"line1": "1-1 Chiyoda", "state": "Tokyo", "postal_code": "100-8111", "country": "JP"}
    assert address_lines(latin) == ["1-1 Chiyoda, Tokyo", "100-8111", "Japan"]


def test_no_country_hides_a_part():
    parts = {"line1": "L1", "line2": "L2", "city": "Ci", "state": "St", "postal_code": "Po"}
    for code, _ in COUNTRIES:
        text = " ".join(address_lines({**parts, "country": code}))
        assert all(part in text for part in parts.values()), code
        assert sorted(parts_in_order(code)) == sorted([*parts, "country"]), code


def test_parts_are_named_and_ordered_as_in_the_country():
    assert parts_in_order("US") == ["country", "line1", "line2", "city", "state", "postal_code"]
    assert parts_in_order("CZ") == ["country", "line1", "line2", "postal_code", "city", "state"]
    assert (labels_of("US")["postal_code"], labels_of("US")["state"]) == ("ZIP code", "State")
    assert (labels_of("CZ")["postal_code"], labels_of("CZ")["state"]) == ("Postal code", "State or region")
    assert labels_of("JP")["state"] == "Prefecture"


@table(
    ("postal_code", "country", "is_doubted"),
    [
        ("85719", "US", False),
        ("85719-1234", "US", False),
        ("8571", "US", True),
        ("sw1a 1aa", "GB", False),
        ("85719", "GB", True),
        ("143 00", "CZ", False),
        ("", "US", False),
        ("anything", "XX", False),
        ("anything", "", False),
    ],
)
def test_a_postal_code_of_another_form_is_doubted(postal_code, country, is_doubted):
    assert bool(postal_code_doubt({"postal_code": postal_code, "country": country})) == is_doubted


def test_the_file_of_formats_is_whole():
    rows = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]
    assert {len(row) for row in rows} == {8}
    assert {code for code, *_ in COUNTRIES} - {code for code, *_ in rows} <= {"EH", "UM", "BV", "HM"}
