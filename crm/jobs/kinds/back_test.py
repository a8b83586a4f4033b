"""The back-test of a rule as a job: a part of it is a chunk."""

from django.urls import reverse

from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import Job
from customers.lib.errors import ActionError
from customers.models.rule import BackTest
from customers.permissions import MANAGE_RULES
from customers.rules.back_test import do_part


def back_test_chunk(job: Job) -> Step:
    test = BackTest.objects.select_related("rule").filter(pk=job.parameters["test"]).first()
    if test is None or test.rule.version != test.version:
        raise ActionError("The rule was changed, so this back-test would be of another one. Start it again.")
    looked_at, following = do_part(test, job.cursor.get("place", ()))
    return Step({"place": following}, is_last=following is None, done=looked_at)


BACK_TEST = register(
    JobKind(
        "back_test",
        "Back-test a rule",
        (MANAGE_RULES,),
        back_test_chunk,
        page=lambda job: reverse("rules:back_test", args=[job.parameters["rule"]]),
    )
)
