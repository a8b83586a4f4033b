"""The pages of jobs: who sees which, what they can do with them, and how the owner hears of the end."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from crm.jobs import clock, control
from crm.jobs.files import clear_old_jobs
from crm.jobs.models import Job, Schedule
from crm.jobs.turn import claim, do_chunk, release, take_turn
from tests.crm.jobs.counting import COUNTING, start_counting
from tests.factories import make_user, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
ACTS = ("pause", "resume", "cancel")


def do(job: Job) -> Job:
    take_turn(str(job.uuid), worker="one")
    job.refresh_from_db()
    return job


def page(client, name: str, *args: object, **headers: str) -> str:
    response = client.get(reverse(f"jobs:{name}", args=args), headers=headers)
    assert response.status_code == 200, response
    return visible_text(response)


@pytest.fixture
def as_owner(owner):
    return signed_in(owner)


def test_who_may_start_no_job_and_see_none_is_refused_and_has_no_link(nobody, as_owner):
    assert signed_in(nobody).get("/jobs/").status_code == 403
    assert ">Jobs</a>" in as_owner.get("/customers/").text
    for permission in ("jobs.view_all_job", "jobs.start_rebuild"):
        assert signed_in(make_user(permission, [permission])).get("/", follow=True).request["PATH_INFO"] == "/jobs/"


def test_a_user_sees_own_jobs_and_who_may_see_all_the_others_too(owner, as_owner):
    own, other = start_counting(5, by=owner), start_counting(5, by=make_user("other"))
    assert (f"Count rows {own.pk}" in page(as_owner, "list"), f"rows {other.pk}" in page(as_owner, "list")) == (
        True,
        False,
    )
    urls = [reverse(f"jobs:{name}", args=[other.pk]) for name in ("detail", "result", "errors", *ACTS)]
    assert {as_owner.get(url).status_code for url in urls} <= {404, 405}
    assert {as_owner.post(reverse(f"jobs:{name}", args=[other.pk])).status_code for name in (*ACTS, "dismiss")} == {404}

    supervisor = signed_in(make_user("supervisor", ["jobs.view_all_job"]))
    assert f"Count rows {other.pk}" in page(supervisor, "list")
    assert "Pause" not in page(supervisor, "detail", other.pk)  # without the permission of the kind
    assert supervisor.post(reverse("jobs:cancel", args=[other.pk])).status_code == 403


def test_the_list_is_filtered_and_goes_on(owner, as_admin, admin_user):
    jobs = [do(start_counting(0, by=owner)) for _ in range(26)]
    mine, paused = start_counting(5, by=admin_user), start_counting(5, by=owner)
    control.pause(paused, by=owner)
    first = as_admin.get("/jobs/")
    assert [row.job for row in first.context["page"].rows][:2] == [mine, paused]
    following = as_admin.get("/jobs/", {"before": first.context["page"].following})
    assert [row.job for row in following.context["page"].rows] == [jobs[1], jobs[0]]

    def filtered(**query: str) -> list[Job]:
        return [row.job for row in as_admin.get("/jobs/", query).context["page"].rows]

    assert (filtered(state="paused"), filtered(by="me")) == ([paused], [mine])
    Job.objects.filter(pk=paused.pk).update(about="customers_final (2).csv")
    assert (filtered(q=str(mine.pk)), filtered(q="FINAL (2)"), filtered(q="nothing")) == ([mine], [paused], [])
    assert (filtered(kind="rebuild"), len(filtered(by=str(owner.pk), state="done"))) == ([], 25)
    assert len(filtered(state="nonsense")) == len(filtered())  # ignored


def test_progress_is_asked_for_until_the_job_has_ended(owner, as_owner):
    job = start_counting(25, by=owner)
    assert "Waiting for a worker" in page(as_owner, "detail", job.pk)
    claimed = claim(str(job.uuid), worker="one")
    Job.objects.filter(pk=job.pk).update(total=25)
    do_chunk(claimed, COUNTING)
    Job.objects.filter(pk=job.pk).update(worked=timedelta(seconds=2))
    url = reverse("jobs:detail", args=[job.pk])
    part = as_owner.get(url, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert 'hx-trigger="every 2s"' in part.text
    text = visible_text(part)
    assert ("40% done" in text, "10 of 25 rows" in text, "5 rows per second" in text, "about 3 s left" in text) == (
        (True,) * 4
    )
    release(claimed)
    do(job)
    end = as_owner.get(url, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert end.headers["HX-Refresh"] == "true"
    assert "every 2s" not in as_owner.get(url).text


def test_a_job_that_waits_because_no_worker_runs_says_so(owner, as_owner):
    job = start_counting(5, by=owner)
    says = "No worker is running"
    assert (says in page(as_owner, "list"), says in page(as_owner, "detail", job.pk)) == (True, True)
    clock.take_due()
    assert (says in page(as_owner, "list"), says in page(as_owner, "detail", job.pk)) == (False, False)
    Schedule.objects.update(next_at=timezone.now() - timedelta(minutes=3))
    assert says in page(as_owner, "list")
    control.cancel(job, by=owner)
    assert says not in page(as_owner, "list")


def test_the_rows_of_the_list_have_buttons_that_lead_back_to_it(owner, as_owner):
    job, ended = start_counting(25, by=owner), do(start_counting(5, by=owner))
    text = page(as_owner, "list")
    assert (f"Pause job {job.pk}" in text, f"Cancel… job {job.pk}" in text) == (True, True)
    assert (f"Pause job {ended.pk}" in text, f"Download the result of job {ended.pk}" in text) == (False, True)
    back = as_owner.post(reverse("jobs:pause", args=[job.pk]), {"next": "/jobs/?state=paused"})
    assert back.url == "/jobs/?state=paused"
    assert f"Resume job {job.pk}" in page(as_owner, "list")
    assert "File kept until" in text
    Job.objects.filter(pk=ended.pk).update(state="failed", message="The gateway did not answer.")
    assert "The gateway did not answer." in page(as_owner, "list")
    supervisor = signed_in(make_user("supervisor", ["jobs.view_all_job"]))
    assert f"job {job.pk}" not in page(supervisor, "list")  # no button without the permission of the kind


def test_a_job_shows_how_its_rate_went(owner, as_owner):
    job = do(start_counting(25, by=owner))
    assert job.pace[-1][1] == 25
    Job.objects.filter(pk=job.pk).update(pace=[[1, 10], [2, 20], [3, 25]])
    assert "Rows per second: between 5 and 10 in 3 s." in as_owner.get(job.get_absolute_url()).text


def test_a_job_is_paused_resumed_and_cancelled_on_its_page(owner, as_owner):
    job = start_counting(25, by=owner)
    assert as_owner.post(reverse("jobs:pause", args=[job.pk])).status_code == 302
    assert "Paused by owner" in page(as_owner, "detail", job.pk)
    as_owner.post(reverse("jobs:resume", args=[job.pk]))
    assert "cannot be resumed" in page(as_owner, "cancel", job.pk)
    Job.objects.filter(pk=job.pk).update(done=1_200)
    as_owner.post(reverse("jobs:cancel", args=[job.pk]))
    assert "Cancelled by owner after 1,200 rows" in page(as_owner, "detail", job.pk)
    answer = as_owner.post(reverse("jobs:resume", args=[job.pk]), follow=True)
    assert f"Nothing was changed. Count rows (job {job.pk}) is cancelled." in visible_text(answer)


def test_the_owner_is_told_on_every_page_until_it_is_dismissed(owner, as_owner, django_assert_num_queries):
    with django_assert_num_queries(4):
        as_owner.get("/jobs/")
    job = do(start_counting(5, by=owner))
    assert "Count rows: done." in visible_text(as_owner.get("/customers/"))
    answer = as_owner.post(reverse("jobs:dismiss", args=[job.pk]), {"next": "/customers/?q=x"})
    assert answer.url == "/customers/?q=x"
    assert "Count rows: done." not in visible_text(as_owner.get("/customers/"))
    owner.refresh_from_db()
    assert not owner.has_news

    stopped = do(start_counting(5, by=owner, refused=[1]))
    page(as_owner, "detail", stopped.pk)  # the page of the job says it
    assert "Count rows: done." not in visible_text(as_owner.get("/customers/"))
    assert as_owner.post(reverse("jobs:dismiss", args=[job.pk]), {"next": "https://elsewhere.example"}).url.startswith(
        "/"
    )


def test_an_email_is_sent_where_mail_is_set_up(owner, settings):
    do(start_counting(5, by=owner))
    assert mail.outbox == []
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://crm.example/"
    job = do(start_counting(5, by=owner))
    assert [(sent.subject, sent.to) for sent in mail.outbox] == [("Count rows: done", ["owner@reunite.cz"])]
    assert f"https://crm.example/jobs/{job.pk}/" in mail.outbox[0].body


def test_result_and_refused_rows_are_downloaded_by_who_has_all_permissions(owner, as_owner):
    job = do(start_counting(5, by=owner, refused=[2]))
    answer = as_owner.get(reverse("jobs:result", args=[job.pk]))
    assert b"".join(answer.streaming_content).decode().split() == list("01234")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="counted.txt"'
    refused = b"".join(as_owner.get(reverse("jobs:errors", args=[job.pk])).streaming_content).decode("utf-8-sig")
    assert refused.splitlines() == ["Row,Reason", "row 2,Row 2 is not wanted."]

    Job.objects.filter(pk=job.pk).update(needs=["orders.view_order"])
    assert as_owner.get(reverse("jobs:result", args=[job.pk])).status_code == 403
    assert as_owner.get(reverse("jobs:errors", args=[job.pk])).status_code == 403


def test_files_rows_and_parameters_are_deleted_after_the_set_time_and_the_job_stays(owner, as_owner):
    job = do(start_counting(5, by=owner, refused=[2]))
    name, storage = job.result_file.name, job.result_file.storage
    assert (clear_old_jobs(), storage.exists(name)) == (0, True)
    Job.objects.filter(pk=job.pk).update(ended=timezone.now() - timedelta(days=8))
    assert (clear_old_jobs(), clear_old_jobs(), storage.exists(name)) == (1, 0, False)
    job.refresh_from_db()
    assert (job.result_file.name, job.parameters, job.errors.count(), job.done) == ("", {}, 0, 5)
    assert "were deleted after the set time" in page(as_owner, "detail", job.pk)
    answer = as_owner.get(reverse("jobs:result", args=[job.pk]), follow=True)
    assert "This file was deleted. To get a new one, start the job again." in visible_text(answer)


def test_a_file_that_the_storage_lost_is_said_to_be_deleted(owner, as_owner):
    job = do(start_counting(5, by=owner))
    job.result_file.storage.delete(job.result_file.name)
    answer = as_owner.get(reverse("jobs:result", args=[job.pk]), follow=True)
    assert "This file was deleted." in visible_text(answer)


def test_a_second_click_on_pause_resume_or_cancel_changes_nothing_and_says_nothing(owner, as_owner):
    job = start_counting(25, by=owner)
    for act, state in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        url = reverse(f"jobs:{act}", args=[job.pk])
        as_owner.post(url)
        assert "Nothing was changed" not in visible_text(as_owner.post(url, follow=True))
        job.refresh_from_db()
        assert job.state == state
    assert [event.kind for event in job.events.order_by("pk")] == ["created", "paused", "resumed", "cancelled"]


def test_an_owner_who_lost_the_permission_sees_how_the_job_went_but_no_data(owner, as_owner):
    job = do(start_counting(5, by=owner, refused=[2]))
    owner.user_permissions.clear()
    text = page(signed_in(owner), "detail", job.pk)
    assert ("5 rows" in text, "is not wanted" in text, "Download" in text) == (True, False, False)


def test_what_users_and_kinds_call_themselves_is_escaped(owner, as_owner):
    job = do(start_counting(5, by=owner, refused=[1]))
    Job.objects.filter(pk=job.pk).update(about="<script>alert(1)</script>")
    assert "<script>alert" not in as_owner.get(reverse("jobs:detail", args=[job.pk])).text
    assert "<script>alert" not in as_owner.get("/jobs/").text
