from typing import Any

from django import forms

from orders.models import Fulfillment
from orders.pages.forms.fields import ReasonField


class CancelOrderForm(forms.Form):
    reason = ReasonField()
    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class FulfillmentForm(forms.Form):
    """`seen` is the newest fulfillment of the order when the page was opened."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)
    use_required_attribute = False

    def __init__(self, fulfillment: Fulfillment, data: Any = None) -> None:
        newest = fulfillment.order.fulfillments.order_by("-pk").values_list("pk", flat=True)[0]
        super().__init__(data, label_suffix="", initial={"seen": newest})
