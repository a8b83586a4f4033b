from collections.abc import Collection, Mapping
from typing import Any

from django import forms

from customers.lib.pages import PAGE
from customers.models import DataSource
from customers.models.history import OF_ORDERS
from customers.pages.tabs import TabQuery
from customers.pages.timeline import KINDS
from customers.web.fields import choice_field

FIRST_ROWS = 5


class TabFilter(forms.Form):
    """The filter of a tab; values that are not among the choices are ignored."""

    source = forms.TypedChoiceField(label="Source", required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label="Kind", required=False)

    def __init__(
        self, data: Mapping[str, Any], sources: Collection[DataSource], *, by_kind: bool, with_orders: bool
    ) -> None:
        super().__init__(data, label_suffix="", auto_id="rows-%s")
        self.with_orders = with_orders
        names = sorted({(source.pk, source.name) for source in sources}, key=lambda pair: pair[1].casefold())
        if len(names) > 1:
            choice_field(self, "source").choices = [("", "All sources"), *names]
        else:
            del self.fields["source"]
        if by_kind:
            kinds = [(value, label) for value, label in KINDS if with_orders or value not in OF_ORDERS]
            choice_field(self, "kind").choices = [("", "All kinds"), *kinds]
        else:
            del self.fields["kind"]
        self.is_valid()

    @property
    def query(self) -> TabQuery:
        return TabQuery(
            before=self.data.get("before", ""),
            source=self.cleaned_data.get("source"),
            kind=self.cleaned_data.get("kind", ""),
            with_orders=self.with_orders,
            limit=FIRST_ROWS if self.is_first_view else PAGE,
        )

    @property
    def is_first_view(self) -> bool:
        """Whether the rows come with the customer page, which shows only a few below its first screen."""
        return not self.data.get("tab") and not self.data.get("before")

    @property
    def is_narrow(self) -> bool:
        return bool(self.query.source or self.query.kind)
