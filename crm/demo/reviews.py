"""A sample of merges that a reviewer has begun to answer, a request for a second person, and the counts of merges."""

from datetime import timedelta

from crm.accounts.models import User
from customers.matching.name_similarity import names_differ_much
from customers.merging.plan import plan_merge
from customers.merging.second_person.ask import ask_second_person
from customers.models import Customer, MergeVerdict
from customers.review.counts import count_merges
from customers.review.sample import SampleAnswer, answer_sample, draw_sample


def add_reviews(*, by: User, admin: User) -> None:
    count_merges()
    sample = draw_sample(by=admin, span=timedelta(weeks=12))
    first, second, *_ = sample.rows.order_by("pk").values_list("pk", flat=True)
    answers = {
        first: SampleAnswer(MergeVerdict.RIGHT, "", seen=""),
        second: SampleAnswer(MergeVerdict.WRONG, "Two people at one address", seen=""),
    }
    answer_sample(sample, answers, by=admin)
    _ask(by)


def _ask(by: User) -> None:
    """To merge the two newest customers whose names differ, as a policy may ask for it."""
    newest, *others = Customer.objects.live().exclude(last_name="").order_by("-pk")[:20]
    other = next(customer for customer in others if names_differ_much(newest, customer))
    plan = plan_merge(other, [newest])
    ask_second_person(plan, because=["names that differ"], reason="Married, and has a new name", by=by)
