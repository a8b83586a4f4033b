"""The rebuild as a job corrects what the command corrects, and its file names it."""

import pytest

from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from customers import rebuild
from customers.models import Customer, RecordTotals, SharedValue
from tests.crm.jobs.counting import result_lines
from tests.factories import customer_with_order, make_user, signed_in

pytestmark = pytest.mark.django_db


def test_a_rebuild_in_many_stretches_corrects_everything_and_says_what(monkeypatch):
    monkeypatch.setattr(rebuild, "BATCH", 2)
    customers = [customer_with_order(external_id=str(n), email="hholy@gmail.com") for n in range(5)]
    Customer.objects.filter(pk=customers[0].pk).update(company="wrong")
    RecordTotals.objects.update(amount=1)
    SharedValue.objects.all().delete()
    client = signed_in(make_user("jane", ["jobs.start_rebuild"]))
    client.post("/jobs/rebuild/")
    client.post("/jobs/rebuild/")
    job = Job.objects.get()  # one at a time
    take_turn(str(job.uuid), worker="one")

    job.refresh_from_db()
    assert (job.state, job.total, job.done) == ("done", 5, 5), job.message
    assert job.counts == {"Differences corrected": 7, "Customers to look at": 0}
    assert b"shared value" in job.result_file.read()
    assert result_lines(job)
    assert SharedValue.objects.exists()
