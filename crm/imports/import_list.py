"""The list of imports, newest first, a page at a time."""

from dataclasses import dataclass

from django.db.models import QuerySet

from crm.imports.outcome import ImportOutcome
from crm.jobs.models import Job, JobState
from customers.lib.pages import Page, newest_page
from orders.models import Import, ImportState

TONES = {
    ImportState.RUNNING: "now",
    ImportState.UNDOING: "now",
    ImportState.DONE: "good",
    ImportState.CHECKED: "warn",
}
TELLING = (JobState.PAUSED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class ImportLine:
    imported: Import
    job: Job | None

    @property
    def outcome(self) -> ImportOutcome:
        return ImportOutcome(self.imported)

    @property
    def is_stopped(self) -> bool:
        """Whether its job says better than itself how far it is."""
        is_working = self.imported.state in (ImportState.NEW, ImportState.RUNNING, ImportState.UNDOING)
        return is_working and self.job is not None and self.job.state in TELLING

    @property
    def state(self) -> str:
        if self.imported.state == ImportState.NEW and self.job and self.job.is_unfinished:
            return "Dry run"
        if self.job and self.is_stopped:
            return str(self.job.get_state_display())
        return str(self.imported.get_state_display())

    @property
    def tone(self) -> str:
        return "warn" if self.is_stopped else TONES.get(ImportState(self.imported.state), "")


def import_page(imports: "QuerySet[Import]", *, before: int | None = None) -> Page[ImportLine, int]:
    page = newest_page(imports, before)
    jobs = Job.objects.in_bulk([imported.job for imported in page.rows if imported.job])
    return page.showing([ImportLine(imported, jobs.get(imported.job or 0)) for imported in page.rows])
