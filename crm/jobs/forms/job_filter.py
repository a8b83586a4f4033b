"""The filter of the list of jobs. Values that are not valid are ignored."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.accounts.models import User
from crm.jobs.kind import KINDS
from crm.jobs.models import Job, JobState
from customers.lib.numbers import parse_number
from customers.web.fields import choice_field

MINE = "me"


class JobFilterForm(forms.Form):
    q = forms.CharField(
        required=False, max_length=200, label="Search", widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(required=False)
    state = forms.ChoiceField(required=False, label="Status", choices=[("", "Any status"), *JobState.choices])
    by = forms.ChoiceField(required=False, label="Started by")
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any], *, user: User, sees_all: bool) -> None:
        super().__init__(data, label_suffix="")
        self.user = user
        self.fields["q"].widget.attrs["placeholder"] = "Number or subject"
        kinds = sorted((kind.label, kind.name) for kind in KINDS.values())
        choice_field(self, "kind").choices = [("", "Any kind"), *((name, label) for label, name in kinds)]
        if sees_all:
            choice_field(self, "by").choices = [("", "Anyone"), (MINE, "Me"), *owners()]
        else:
            del self.fields["by"]
        self.is_valid()

    @property
    def is_set(self) -> bool:
        return any(self.cleaned_data.values())

    def apply(self, jobs: "QuerySet[Job]") -> "QuerySet[Job]":
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if chosen.get("by") == MINE:
            chosen["by"] = self.user.pk
        if text := chosen.pop("q", ""):
            jobs = jobs.filter(Q(about__icontains=text) | Q(pk=parse_number(text) or 0))
        return jobs.filter(**chosen)


def owners() -> list[tuple[str, str]]:
    has_jobs = Exists(Job.objects.filter(by=OuterRef("pk")))  # a join would read all jobs
    users = User.objects.filter(has_jobs).order_by("first_name", "last_name", "username")
    return [(str(user.pk), str(user)) for user in users]
