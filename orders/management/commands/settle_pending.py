from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders import booking, paying, settling
from orders.models import TransactionStatus


class Command(BaseCommand):
    help = "Asks the payment gateway again about what it has not answered for five minutes. Run it every few minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        settled = waiting = 0
        try:
            for payment in settling.settle_pending():
                if payment.status == TransactionStatus.PENDING:
                    waiting += 1
                    if settling.is_overdue(payment):
                        self.stdout.write(f"Order {payment.order.number}: {settling.standing(payment)}")
                    continue
                settled += 1
                self.stdout.write(f"Order {payment.order.number}: {booking.sentence(payment)}")
        except paying.PaymentError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{settled} settled, {waiting} still without an answer.")
