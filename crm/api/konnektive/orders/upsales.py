"""Import Upsale: add a product to an order that was just placed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.views.decorators.debug import sensitive_variables
from pydantic import Field

from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import OutcomeError, invalid
from crm.api.konnektive.fields import Amount, DoneOnce, Id, Text, Truth, Whole
from crm.api.konnektive.orders.answer import items_of, order_message
from crm.api.konnektive.orders.idempotency import request_of
from crm.api.konnektive.orders.outcomes import refuse_contradicted
from crm.api.konnektive.queries import find_order_sent_by, sees_people
from customers.lib.money import is_payable
from orders.intake.pricing import LineRequest, PriceError, price_line
from orders.models import Order, Product, Transaction, TransactionStatus
from orders.payments.add_line import AddedLine
from orders.payments.upsell import add_upsell
from orders.permissions import ADD_ORDERS

PARTS = {"quantity": "productQty", "price": "productPrice", "shipping": "productShipPrice"}
DECLINES = (TransactionStatus.SOFT_DECLINE, TransactionStatus.HARD_DECLINE)


class ImportUpsale(DoneOnce):
    """Some clients send `product1_id`, as for an order. `forceNew` adds the same once more."""

    order_id: Id
    product_id: Whole | None = None
    product1_id: Annotated[Whole | None, Field(alias="product1_id")] = None
    product_qty: Whole = 1
    product_price: Amount | None = None
    product_ship_price: Amount = Decimal(0)
    product_sales_tax: Amount = Decimal(0)
    replace_product_id: Text = ""
    force_new: Truth = False


@endpoint(ImportUpsale, ADD_ORDERS)
@sensitive_variables("call")
def upsale_import(call: Call, sent: ImportUpsale) -> dict[str, Any]:
    if sent.replace_product_id:
        raise invalid(replaceProductId="A paid line cannot be replaced. Refund it, then leave out this parameter.")
    order = find_order_sent_by(call.by, sent.order_id)
    addition = _read(sent, order.currency)
    payment = add_upsell(order, addition, request=request_of(call), is_wanted_again=sent.force_new, by=call.by)
    return _answer(payment, with_person=sees_people(call.by))


def _read(sent: ImportUpsale, currency: str) -> AddedLine:
    number = sent.product_id or sent.product1_id
    product = Product.objects.filter(pk=number).first() if number else None
    if product is None:
        raise invalid(productId="This product does not exist." if number else "This parameter is required.")
    if not is_payable(sent.product_sales_tax, currency):
        raise invalid(productSalesTax=f"Use an amount that is valid in {currency}.")
    try:
        request = LineRequest(product, sent.product_qty, sent.product_price, sent.product_ship_price)
        return AddedLine(price_line(request, currency), sent.product_sales_tax)
    except PriceError as error:
        raise invalid(**{PARTS[error.part]: str(error)}) from None


def _answer(payment: Transaction, *, with_person: bool) -> dict[str, Any]:
    refuse_contradicted(payment)
    if payment.status in DECLINES:
        raise OutcomeError(f"Transaction Declined: {payment.answer}")
    order = Order.objects.select_related("source_record", "campaign").get(pk=payment.order_id)
    return order_message(order, items_of(order), payment.pay_source, with_person=with_person)
