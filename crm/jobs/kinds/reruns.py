"""Rerunning many declined sales as a job: one a chunk, charged before the chunk and once for its key.

The key follows from the job and the sale. A worker that is killed after the gateway was asked has charged; the next one
finds that payment and only notes what became of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta
from itertools import chain
from typing import IO, cast
from uuid import UUID, uuid5

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, RefusedRow, Step, register
from crm.jobs.models import Job
from customers.lib.money import format_amount
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from customers.web.csv import csv_lines, row_lines
from orders.locks import OrderError
from orders.models import Transaction, TransactionStatus
from orders.payments.record_answer import LostAnswerError
from orders.payments.rerun_sale import rerun_sale
from orders.permissions import RERUN

LEASE = timedelta(minutes=3)
"""Longer than a gateway may take to answer."""
LABELS = {TransactionStatus.SUCCESS: "Charged", TransactionStatus.PENDING: "No answer yet"}
DECLINED, NOT_RERUN = "Declined again", "Not rerun"
HEADER = ("Order", "Amount", "Currency", "Result", "Answer")


@dataclass(frozen=True)
class RerunRow:
    """What became of one sale."""

    order: str
    amount: str
    currency: str
    result: str
    answer: str


def start_reruns(sales: Sequence[int], *, token: UUID, about: str, by: User) -> Job:
    """Once for a `token` of the form."""
    needs = [VIEW_CUSTOMERS, VIEW_ORDERS]
    return start(RERUNS, {"sales": list(sales)}, about=about, needs=needs, token=token, by=by)


def ask(job: Job) -> RerunRow:
    sale = job.parameters["sales"][_place(job)]
    try:
        return _row(rerun_sale(sale, key=key_of(job, sale), by=job.by))
    except (OrderError, LostAnswerError) as error:
        declined = Transaction.objects.select_related("order").filter(pk=sale).first()
        return _refused(declined, str(error))


def chunk(job: Job) -> Step:
    row = cast("RerunRow", job.answer)
    following = _place(job) + 1
    refusals = [RefusedRow(f"Order {row.order}", row.answer)] if row.result == NOT_RERUN else []
    return Step(
        {"next": following},
        is_last=following >= len(job.parameters["sales"]),
        done=1,
        refusals=refusals,
        counts={} if refusals else {row.result: 1},
        text="".join(row_lines([astuple(row)])),
    )


def key_of(job: Job, sale: int) -> str:
    return f"tr_{uuid5(job.uuid, str(sale))}"


def _place(job: Job) -> int:
    place: int = job.cursor.get("next", 0)
    return place


def _row(payment: Transaction) -> RerunRow:
    result = LABELS.get(TransactionStatus(payment.status), DECLINED)
    amount = format_amount(payment.amount, payment.currency).replace(",", "")
    return RerunRow(payment.order.number, amount, payment.currency, result, payment.answer)


def _refused(sale: Transaction | None, why: str) -> RerunRow:
    return RerunRow(sale.order.number if sale else "deleted", "", "", NOT_RERUN, why)


def put_together(job: Job, texts: Iterable[str], file: IO[bytes]) -> None:
    for text in chain(csv_lines(HEADER, ()), texts):
        file.write(text.encode())


RERUNS = register(
    JobKind(
        "rerun",
        "Rerun declined sales",
        (RERUN,),
        chunk,
        unit=("sale", "sales"),
        count=lambda job: len(job.parameters["sales"]),
        file_name=lambda job: f"rerun-{job.pk}.csv",
        lease=LEASE,
        ask=ask,
        put_together=put_together,
    )
)
