"""A sample of merges that a reviewer has begun to answer, and the counts of merges and undos."""

from datetime import timedelta

from crm.accounts.models import User
from customers.models import MergeVerdict
from customers.review.counts import count_merges
from customers.review.sample import SampleAnswer, answer_sample, draw_sample


def add_reviews(*, admin: User) -> None:
    count_merges()
    sample = draw_sample(by=admin, span=timedelta(weeks=12))
    first, second, *_ = sample.rows.order_by("pk").values_list("pk", flat=True)
    answers = {
        first: SampleAnswer(MergeVerdict.RIGHT, "", seen=""),
        second: SampleAnswer(MergeVerdict.WRONG, "Father and son", seen=""),
    }
    answer_sample(sample, answers, by=admin)
