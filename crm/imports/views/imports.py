"""The pages of imports: all of them with the field for a file, and one of them, wherever it is."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from crm.imports import steps
from crm.imports.forms.file import FileForm
from crm.imports.import_list import ImportLine, import_page
from crm.imports.outcome import ImportOutcome
from crm.imports.uploads import UploadGuard, largest_file
from crm.jobs.clock import is_worker_missing
from crm.jobs.models import Job
from crm.jobs.news import dismiss
from crm.jobs.progress import Progress
from crm.jobs.web import missing_permissions
from customers.lib.errors import ActionError
from customers.lib.numbers import parse_number
from customers.lib.phrases import isolated
from customers.snapshot import after_reading
from customers.web.permissions import StaffRequest
from orders.imports import drafts
from orders.imports.columns.mapping import problems
from orders.models import Import, ImportState
from orders.permissions import may_import

ERRORS_SHOWN = 25
TEMPLATES = {
    ImportState.CHECKED: "imports/import_checked.html",
    ImportState.DONE: "imports/import_done.html",
}


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
def import_list(request: StaffRequest) -> HttpResponse:
    form = _file_form(request)
    if form.is_valid() and (imported := _taken_in(request, form)):
        return redirect("imports:detail", imported.pk)
    before = parse_number(request.GET.get("before", ""))
    context = {
        "title": "Import",
        "section": "jobs",
        "form": form,
        "largest": largest_file(),
        "page": import_page(steps.visible_imports(request.user), before=before),
        "is_first": before is None,
    }
    return render(request, "imports/import_list.html", context, status=422 if form.errors else 200)


def _file_form(request: StaffRequest) -> FileForm:
    if request.method != "POST":
        return FileForm()
    files = request.FILES  # parsed first: the guard says then what it refused
    guard = next((handler for handler in request.upload_handlers if isinstance(handler, UploadGuard)), None)
    return FileForm(request.POST, files, refusal=guard.refusal if guard else "")


def _taken_in(request: StaffRequest, form: FileForm) -> Import | None:
    """The import of the file, None if it cannot be read. A corrected file goes on at once."""
    file, corrects, upload = (form.cleaned_data[name] for name in ("file", "corrects", "upload"))
    like = get_object_or_404(steps.visible_imports(request.user), pk=corrects) if corrects else None
    try:
        imported = drafts.begin(file, file.name, by=request.user, like=like, upload=upload)
        if like and imported.job is None and imported.data_source and not any(problems(drafts.mapping_of(imported))):
            steps.check(imported, by=request.user)
            imported.refresh_from_db()
    except ActionError as error:
        form.add_error("file", str(error))
        return None
    return imported


@require_safe
@vary_on_headers("HX-Target")
@may_import
def import_detail(request: StaffRequest, pk: int) -> HttpResponse:
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    job = steps.job_of(imported)
    if job is None and imported.state == ImportState.NEW and imported.file:
        return redirect("imports:columns", pk)
    context = _context(request, imported, job)
    if request.htmx.target == "progress":
        # The page is another one once the job has ended.
        if job is None or not job.is_unfinished:
            return HttpResponseClientRefresh()
        return render(request, "imports/_progress.html", context)
    if job and job.is_news and job.by_id == request.user.pk:
        after_reading(dismiss, job)
    if imported.state == ImportState.CHECKED:
        context["samples"] = ImportOutcome(imported).samples()
    return render(request, TEMPLATES.get(ImportState(imported.state), "imports/import_running.html"), context)


def _context(request: StaffRequest, imported: Import, job: Job | None) -> dict[str, object]:
    may_control = job is not None and not missing_permissions(request.user, job)
    return {
        "title": isolated(imported),
        "section": "jobs",
        "imported": imported,
        "line": ImportLine(imported, job),
        "outcome": ImportOutcome(imported),
        "job": job,
        "progress": Progress(job) if job else None,
        "may_control": may_control,
        "errors": job.errors.all()[:ERRORS_SHOWN] if job and may_control else [],
        "is_worker_missing": job is not None and job.is_unfinished and is_worker_missing(),
        "form": FileForm(corrects=imported.pk),
    }


@require_POST
@may_import
def import_check(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    """The dry run again, such as after it was cancelled."""
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    try:
        steps.check(imported, by=request.user)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("imports:detail", pk)


@require_POST
@may_import
def import_run(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    try:
        steps.run(imported, seen=parse_number(request.POST.get("seen", "")) or 0, by=request.user)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("imports:detail", pk)
