from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from customers import editing
from customers.forms.note import NoteForm
from customers.models import Customer
from customers.views.access import may_change, may_view
from customers.views.customer import render_page
from customers.views.leading import lead_on

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_http_methods(["GET", "POST"])
@may_change
@may_view
def note_add(request: "StaffRequest", pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    root = customer.live_root()
    if root.erased_at:
        return lead_on(request, customer)
    if request.method == "GET":  # after signing in again, or a reload
        return redirect(f"{reverse('customers:detail', args=[root.pk])}?note#note")
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render_page(request, root, form, status=422)
    try:
        note = editing.add_note(root, form.cleaned_data["text"], by=request.user)
    except editing.EditError:
        return lead_on(request, get_object_or_404(Customer, pk=pk))
    messages.success(request, f"The note is saved with {note.source_record.customer.numbered}.")
    return redirect(note.source_record.customer)
