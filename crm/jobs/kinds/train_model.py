"""`manage.py train_model` as a job. It is trained before the one chunk, which keeps it."""

from typing import cast

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, Step, register
from crm.jobs.kinds.scan import LONGEST
from crm.jobs.models import UNFINISHED, Job
from customers.matching.likely.retrain import keep_trained, retrain
from customers.models import TrainedModel
from customers.permissions import START_REBUILD


def start_training(*, by: User | None) -> tuple[Job, bool]:
    """One at a time; whether it is a new one."""
    if job := Job.objects.filter(kind=TRAINING.name, state__in=UNFINISHED).first():
        return job, False
    return start(TRAINING, {}, by=by, about="The model that finds likely duplicates"), True


def train_chunk(job: Job) -> Step:
    trained = keep_trained(cast("TrainedModel", job.answer))
    counts = {"Customers learned from": trained.customers, "Merges learned from": trained.merged}
    outcome = f"Not in use: {trained.note}" if trained.note else "In use from the next scan on."
    return Step({}, is_last=True, counts=counts, text=f"{outcome}\n")


TRAINING = register(
    JobKind(
        "train_model",
        "Train the model of likely duplicates",
        (START_REBUILD,),
        train_chunk,
        ask=lambda job: retrain(by=job.by),
        file_name=lambda job: f"training-{job.pk}.txt",
        lease=LONGEST,
    )
)
