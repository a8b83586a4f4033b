from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from customers.engagement import notes
from customers.engagement.common import EngagementError, GoneError
from customers.engagement.forms.notes import NoteForm
from customers.models import Customer
from customers.pages.views.customer import render_page
from customers.web.permissions import StaffRequest, may_change, may_view
from customers.web.retired import redirect_to_survivor


@require_http_methods(["GET", "POST"])
@may_change
@may_view
def note_add(request: StaffRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    root = customer.live_root()
    if root.erased_at:
        return redirect_to_survivor(request, customer)
    if request.method == "GET":  # after signing in again, or a reload
        return redirect(f"{reverse('customers:detail', args=[root.pk])}?note#note")
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render_page(request, root, form, status=422)
    try:
        text = form.cleaned_data["text"]
        note = notes.add(root, {"text": text}, by=request.user, unless_repeated=True)
    except GoneError:
        return redirect_to_survivor(request, get_object_or_404(Customer, pk=pk))
    except EngagementError as error:
        form.add_error("text", str(error))
        return render_page(request, root, form, status=422)
    messages.success(request, f"The note was saved for {note.source_record.customer.name_with_number}.")
    return redirect(note.source_record.customer)
