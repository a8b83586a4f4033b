"""Sentences with named places, filled with values."""

from django.utils import timezone

from customers.lib.sentences import isolated_text, places, text
from tests.tables import table

HELENA = {"customer": 5, "name": "Helena Holý"}
BJORN = {"customer": 6, "name": "Bjørn Hansen"}
COMPANY = {"field": "company", "label": "Company"}


@table(
    ("value", "shown"),
    [
        ("as typed", "as typed"),
        (12_345, "12,345"),
        (HELENA, "Helena Holý (5)"),
        ({"customer": 5, "name": "Customer 5"}, "Customer 5"),
        ({"customer": 5, "name": ""}, "Erased customer 5"),
        ([HELENA, BJORN], "Helena Holý (5) and Bjørn Hansen (6)"),
        ([HELENA, BJORN, "A"], "Helena Holý (5), Bjørn Hansen (6) and A"),
        ({"order": "C3E67A9BD0"}, "C3E67A9BD0"),
        ({"purchase": 12, "name": "Song"}, "12 (Song)"),
        ({"amount": "2328.6", "currency": "USD"}, "2,328.60 USD"),
        ({"amount": "500", "currency": "JPY"}, "500 JPY"),
        ({"day": "2026-01-02"}, "2 Jan 2026"),
        ({"time": "2026-01-02T23:30:00+00:00"}, "2 Jan 2026"),
        ({"count": 1, "one": "note", "many": "notes"}, "1 note"),
        ({"count": 1_200, "one": "note", "many": "notes"}, "1,200 notes"),
        ({"word": "due date"}, "due date"),
        ({**COMPANY, "before": "", "after": "Acme"}, "Company set to Acme."),
        ({**COMPANY, "before": "Acme", "after": "Apex"}, "Company changed from Acme to Apex."),
        ({**COMPANY, "before": "Acme", "after": ""}, "Company removed. It was Acme."),
        (COMPANY, "Company changed."),
        ({"attribute": "plan", "before": "", "after": "gold"}, "Attribute plan set to gold."),
        ({"attribute": "plan", "before": "gold", "after": ""}, "Attribute plan removed. It was gold."),
        ({"erased": True}, "[erased]"),
    ],
)
def test_each_kind_of_value_is_shown(value, shown):
    assert text("{it}", {"it": value}) == shown


def test_a_time_is_the_day_where_the_reader_is():
    with timezone.override("Australia/Sydney"):
        assert text("{at}", {"at": {"time": "2026-01-02T23:30:00+00:00"}}) == "3 Jan 2026"


def test_messages_follow_each_other_on_one_line():
    changes = [{**COMPANY, "before": "", "after": "Acme"}, {"field": "phone", "label": "Phone"}]
    sentence = text("Edited.\n{changes}\nReason: {reason}", {"changes": changes, "reason": "asked to"})
    assert sentence == "Edited. Company set to Acme. Phone changed. Reason: asked to"


def test_on_a_page_what_others_wrote_cannot_turn_the_sentence_round():
    values = {"customer": {"customer": 5, "name": "\u202emoc"}, "reason": "סיבה"}
    assert isolated_text("Split off from {customer}.\nReason: {reason}", values) == (
        "Split off from \u2068\u202emoc\u2069 (5). Reason: \u2068סיבה\u2069"
    )
    assert "\u2068" not in text("Split off from {customer}.", values)


def test_what_is_typed_is_no_place():
    assert text("Reason: {reason}", {"reason": "{customer} {0} {"}) == "Reason: {customer} {0} {"
    assert text("kept {{as}} it {{was", {}) == "kept {as} it {was"


def test_a_place_without_a_value_was_erased():
    assert text("Split {record} off.", {}) == "Split [erased] off."


def test_places_are_found():
    assert places("Refunded {amount} of order {order}.\nReason: {reason}") == {"amount", "order", "reason"}
    assert places("Nothing to fill.") == set()
