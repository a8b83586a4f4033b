"""How far a job is, how fast, and how long it will take."""

from dataclasses import dataclass

from crm.jobs.durations import duration
from crm.jobs.files import kept_until
from crm.jobs.kind import KINDS, label_of, unit_of
from crm.jobs.models import Job, JobState
from crm.jobs.pace import RatePlot, rate_plot

TONES = {
    JobState.RUNNING: "now",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.PAUSED: "warn",
}


@dataclass(frozen=True)
class Progress:
    """A job as pages show it."""

    job: Job

    @property
    def label(self) -> str:
        return label_of(self.job.kind)

    @property
    def unit(self) -> str:
        return unit_of(self.job.kind, self.job.done)

    @property
    def units(self) -> str:
        return unit_of(self.job.kind, 0)

    @property
    def tone(self) -> str:
        return TONES.get(JobState(self.job.state), "")

    @property
    def percent(self) -> int | None:
        """None while nobody knows how many rows there are."""
        if self.job.state == JobState.DONE:
            return 100
        if not self.job.total:
            return None
        # A row that came in meanwhile is no reason to say 101%.
        return min(100 * self.job.done // self.job.total, 99)

    @property
    def rate(self) -> int | None:
        """Rows per second of work."""
        seconds = self.job.worked.total_seconds()
        return round(self.job.done / seconds) if seconds and self.job.done else None

    @property
    def left(self) -> str:
        """The time that the rest takes at this rate; "" if it cannot be said."""
        job = self.job
        if job.state != JobState.RUNNING or not job.total or not job.done or job.done >= job.total:
            return ""
        return duration(job.worked * ((job.total - job.done) / job.done))

    @property
    def worked(self) -> str:
        return duration(self.job.worked)

    @property
    def rate_plot(self) -> RatePlot | None:
        return rate_plot(self.job.pace)

    @property
    def page(self) -> str:
        """Where its owner sees what came of it; its own page once it was cleared."""
        job = self.job
        return KINDS[job.kind].page(job) if job.kind in KINDS and not job.is_cleared else job.get_absolute_url()

    @property
    def file_name(self) -> str:
        return (self.job.result_file.name or "").rsplit("/", 1)[-1]

    @property
    def kept_until(self) -> object:
        return kept_until(self.job)

    @property
    def is_pausable(self) -> bool:
        return self.job.is_unfinished

    @property
    def is_resumable(self) -> bool:
        return self.job.state in (JobState.PAUSED, JobState.FAILED) and not self.job.is_cleared

    @property
    def is_cancellable(self) -> bool:
        return self.job.is_unfinished or self.is_resumable
