from customers.lib.secrets.card_numbers import last_four_of_card
from tests.tables import table


@table(
    ("text", "four"),
    [
        ("4242424242424242", "4242"),
        ("4242 4242 4242 4242", "4242"),
        (" 3782-822463-10005 ", "0005"),
        ("5555555555554444", "4444"),
        ("6011 0009 9013 9424", "9424"),
        ("4242424242424241", ""),
        ("4242", ""),
        ("+420241770449", ""),
        ("00420241770449", ""),
        ("helena 4242424242424242", ""),
        ("0612345678", ""),
        ("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", ""),
        ("", ""),
    ],
)
def test_the_number_of_a_card_is_known_by_its_digits(text, four):
    assert last_four_of_card(text) == four
