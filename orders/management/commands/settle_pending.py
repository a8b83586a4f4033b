from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.locks import OrderError
from orders.models import TransactionStatus
from orders.payments.contradictions import contradiction_note
from orders.payments.outcome import outcome_sentence
from orders.payments.settle_pending import is_overdue, pending_note, settle_pending


class Command(BaseCommand):
    help = "Asks the payment gateway again about payments without an answer for five minutes. Run it every few minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        settled = waiting = 0
        try:
            for payment in settle_pending():
                if payment.status == TransactionStatus.PENDING:
                    waiting += 1
                    if is_overdue(payment):
                        self.stdout.write(f"Order {payment.order.number}: {pending_note(payment)}")
                    continue
                if payment.is_undecided:
                    self.stdout.write(f"Order {payment.order.number}: {contradiction_note(payment)}")
                    continue
                settled += 1
                self.stdout.write(f"Order {payment.order.number}: {outcome_sentence(payment)}")
        except OrderError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Resolved: {settled}. Still without an answer: {waiting}.")
