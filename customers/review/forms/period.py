"""The filter of the page of quality. Days that are not valid, or too far apart, are replaced and said."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms

from customers.models import MergedBy
from customers.review.quality import ReviewedPeriod
from customers.web.fields import DAY, DateInput

USUAL, LONGEST = timedelta(weeks=8), timedelta(weeks=26)


class PeriodForm(forms.Form):
    since = forms.DateField(required=False, label="From", widget=DateInput(format=DAY), input_formats=[DAY])
    until = forms.DateField(required=False, label="To", widget=DateInput(format=DAY), input_formats=[DAY])
    made_by = forms.ChoiceField(required=False, label="Merged by", choices=[("", "Anyone"), *MergedBy.choices])
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        super().__init__(data, label_suffix="")
        self.is_valid()
        until = min(self.cleaned_data.get("until") or today, today)
        asked = self.cleaned_data.get("since") or until - USUAL
        since = max(min(asked, until), until - LONGEST)
        self.is_shortened = since != asked
        self.period = ReviewedPeriod(since, until, self.cleaned_data.get("made_by", ""))
        # The fields show what is applied.
        self.data = {"since": since.strftime(DAY), "until": until.strftime(DAY), "made_by": self.period.made_by}
