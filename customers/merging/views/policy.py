from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from customers.merging.forms.policy import PolicyForm
from customers.merging.second_person.policy import change_policy
from customers.models import MergePolicy
from customers.web.permissions import StaffRequest, may_change_policy, may_view


@require_http_methods(["GET", "POST"])
@may_change_policy
@may_view
def merge_policy(request: StaffRequest) -> HttpResponse:
    form = PolicyForm(instance=MergePolicy.objects.first(), label_suffix="")
    if request.method == "POST":
        # Without a field: nothing is ticked, and the amount is empty.
        form = PolicyForm(request.POST, instance=MergePolicy.objects.first(), label_suffix="")
        if form.is_valid():
            change_policy(**form.cleaned_data, by=request.user)
            messages.success(request, "Saved. It applies to merges from now on.")
            return redirect("customers:merge_policy")
    context = {"title": "Second person", "form": form}
    return render(request, "customers/merging/merge_policy.html", context, status=422 if form.errors else 200)
