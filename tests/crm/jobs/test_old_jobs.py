"""What jobs leave behind is deleted after the set time, whatever state they are in and however many there are."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from crm.jobs import control, files
from crm.jobs.files import clear_old_jobs
from crm.jobs.models import Job, JobEvent
from crm.jobs.paused_jobs import cancel_paused_jobs
from crm.jobs.turn import take_turn
from tests.crm.jobs.counting import start_counting
from tests.factories import signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=8)


def ended_long_ago(owner) -> Job:
    job = start_counting(1, by=owner)
    take_turn(str(job.uuid), worker="one")
    Job.objects.filter(pk=job.pk).update(ended=timezone.now() - LONG_AGO)
    job.refresh_from_db()
    return job


def test_all_that_is_due_is_deleted_and_a_fault_of_the_storage_keeps_no_other_waiting(owner, monkeypatch, caplog):
    monkeypatch.setattr(files, "AT_ONCE", 2)
    jobs = [ended_long_ago(owner) for _ in range(5)]
    delete = FileSystemStorage.delete

    def fail_once(storage, name):
        if str(jobs[0].uuid) in name:
            raise PermissionError("not today")
        delete(storage, name)

    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "delete", fail_once)
        assert clear_old_jobs() == 4
    assert f"The files of Job {jobs[0].pk} were not deleted: not today" in caplog.text
    assert (clear_old_jobs(), Job.objects.filter(is_cleared=False).count()) == (1, 0)


def test_a_job_that_stays_paused_is_cancelled_and_its_owner_is_told(owner, settings):
    settings.EMAIL_IS_SET_UP = True
    paused, resumed = start_counting(25, by=owner), start_counting(25, by=owner)
    for job in (paused, resumed):
        control.pause(job, by=owner)
    JobEvent.objects.update(at=timezone.now() - LONG_AGO)
    assert Job.objects.filter(state="paused").count() == 2
    control.resume(resumed, by=owner)
    control.pause(resumed, by=owner)

    assert (cancel_paused_jobs(), cancel_paused_jobs()) == (1, 0)
    paused.refresh_from_db()
    assert (paused.state, paused.events.all()[0].kind) == ("cancelled", "expired")
    page = visible_text(signed_in(owner).get("/customers/"))
    assert "Count rows: stopped. It was paused for 7 days, so it was cancelled." in page
    assert "Cancelled, because it stayed paused" in visible_text(signed_in(owner).get(paused.get_absolute_url()))
    assert [sent.subject for sent in mail.outbox] == ["Count rows: cancelled"]


def test_a_job_without_a_file_in_a_storage_that_does_not_answer_says_so(owner, monkeypatch):
    job = ended_long_ago(owner)
    monkeypatch.setattr(FileSystemStorage, "open", lambda *args: (_ for _ in ()).throw(ConnectionError()))
    answer = signed_in(owner).get(f"/jobs/{job.pk}/result/", follow=True)
    assert "The file storage does not answer. Try again in a few minutes." in visible_text(answer)
