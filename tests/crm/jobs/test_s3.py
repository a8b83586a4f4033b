"""Files of jobs in S3, by the settings that a deployment has and the library that it installs."""

import runpy
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

import crm.settings
from crm.imports import steps
from crm.jobs.files import clear_old_jobs, storage_faults
from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from orders.imports import drafts
from tests.crm.jobs.s3_server import KEY, serving_s3
from tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def s3(settings, monkeypatch):
    with serving_s3() as server:
        for name, value in {
            "S3_BUCKET": "reunite",
            "S3_ENDPOINT": server.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        }.items():
            monkeypatch.setenv(name, value)
        read = runpy.run_path(str(Path(crm.settings.__file__)))
        settings.S3_BUCKET, settings.STORAGES = read["S3_BUCKET"], read["STORAGES"]
        yield server


def test_a_file_and_a_result_are_kept_in_the_bucket_read_from_there_and_deleted_or_refused_by_it(s3, settings):
    admin = make_user("keeper", ["orders.run_import", "customers.view_customer"])
    imported = drafts.begin(ContentFile(b"Email\na@b.example\n", "a.csv"), "a.csv", by=admin)
    assert s3.objects == {f"/reunite/imports/{imported.uuid}/file": b"Email\na@b.example\n"}
    drafts.assign_source(imported, "Shop", by=admin)
    steps.check(imported, by=admin)
    imported.refresh_from_db()
    job = Job.objects.get(pk=imported.job)
    while job.is_unfinished:
        job = take_turn(str(job.uuid), worker="w")
    assert (job.state, job.counts) == ("done", {"Created": 1})
    [path] = [path for path in s3.objects if "dry-run" in path]
    assert b"Created,New" in s3.objects[path]
    assert b"".join(signed_in(admin).get(f"/jobs/{job.pk}/result/")) == s3.objects[path]
    Job.objects.update(ended=job.ended - timedelta(days=settings.JOB_FILES_DAYS + 1))
    assert clear_old_jobs() == 1
    assert path not in s3.objects
    # In the same test, because a client takes a second to make.
    s3.key = "another"
    with pytest.raises(storage_faults()):
        default_storage.save("a.txt", ContentFile(b"a"))
