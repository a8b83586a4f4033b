import json
from decimal import Decimal

import pytest

from customers.lib.json_text import json_writer
from orders.models import OrderStatus
from tests.tables import table

VALUES = [
    *({}, [], "", None, True, 1, 1.5, 1e100, float("inf"), 'Zoë “\\"\n\u2028\U0001f600'),
    *({"b": [1, {"a": None}], "a": OrderStatus.COMPLETE}, [["o1", "", 2], {}], {2: "x", None: 2.0, True: ()}),
]


@table("value", VALUES)
def test_it_is_what_the_standard_library_writes(value):
    assert json_writer()(value) == json.dumps(value)


def test_keys_are_sorted_and_other_values_are_made_texts():
    value = {"b": Decimal("9.90"), "a": [Decimal(0)]}
    assert json_writer(sort_keys=True, default=str)(value) == json.dumps(value, sort_keys=True, default=str)
    with pytest.raises(TypeError, match="Decimal"):
        json_writer()(value)


def test_it_is_the_same_where_python_has_no_encoder_in_c(monkeypatch):
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert json_writer(sort_keys=True)({"b": 1, "a": "Zoë"}) == '{"a": "Zo\\u00eb", "b": 1}'
