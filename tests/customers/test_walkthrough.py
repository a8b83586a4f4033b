from decimal import Decimal
import pytest
from django.core.management import call_command
from io import StringIO
from customers import merging, undoing, splitting, matching, editing, credit
from customers.identity import Identity
from customers.models import *
from customers.newest import newest
from orders import intake
from orders.models import *

pytestmark = pytest.mark.django_db


def rebuilt():
    out = StringIO()
    call_command("rebuild", stdout=out)
    return out.getvalue().strip()


def test_flow():
    shop = DataSource.objects.create(name="Shop")
    mp = DataSource.objects.create(name="MP")
    prod = Product.objects.create(sku="a", name="A", price=1, currency="USD", interval_count=1, interval_unit="month")

    def order(src, first, last, email, phone, dedup=True, ext="", subs=()):
        return intake.take_order(
            intake.IncomingOrder(
                intake.Incoming(src, Identity(first, last, "", email, phone, "CZ"), deduplicate=dedup, external_id=ext),
                Decimal("9.90"),
                "USD",
                subscriptions=subs,
            )
        )

    a = order(shop, "Helena", "Holý", "hholy@gmail.com", "+420 241 770 449")
    b = order(
        mp, "Helena", "", "HHOLY@GMAIL.com", "241 770 449", dedup=False, subs=[intake.Subscription(prod, Decimal(3))]
    )
    c = order(shop, "Helena", "Holy", "hholy@gmail.com", "")
    assert c.found.rule == "match" and c.found.record.customer == a.found.record.customer
    A, B = a.found.record.customer, b.found.record.customer
    A.refresh_from_db()
    B.refresh_from_db()
    assert B.billing_status == "active"
    cands = matching.duplicates_of(A)
    assert [x.customer.pk for x in cands] == [B.pk] and cands[0].is_sure, cands
    assert rebuilt() == "Nothing differed."
    A = editing.edit(A, {"custom1": "x", "cart_login": "hh"}, version=A.version, by=None, via="page")
    credit.adjust(B, Decimal(5), "USD", cause="gift", by=None)
    B.refresh_from_db()
    plan = merging.plan(
        A, [B], {"email": merging.Picked(B.pk), "custom2": merging.Typed("zz")}, {"USD": Decimal("7.5")}
    )
    m = merging.merge(plan, by=None, via=Via.PAGE)
    A.refresh_from_db()
    B.refresh_from_db()
    assert A.email.startswith("HHOLY") and A.custom2 == "zz" and A.billing_status == "active" and B.merged_into == A
    assert len(list(newest(Order, A))) == 3
    assert credit.balances([A.pk]) == {A.pk: {"USD": Decimal("7.5")}}
    assert rebuilt() == "Nothing differed."
    with pytest.raises(merging.AlreadyMergedError):
        merging.merge(plan, by=None, via=Via.PAGE)
    p = undoing.plan(m)
    u = undoing.undo(m, by=None, seen=p.fingerprint)
    print(u.as_sentence(), p.outcomes)
    A.refresh_from_db()
    B.refresh_from_db()
    assert A.email == "hholy@gmail.com" and A.custom2 == "" and B.merged_into is None
    assert credit.balances([A.pk, B.pk]) == {B.pk: {"USD": Decimal("5")}}
    assert rebuilt() == "Nothing differed."
    assert matching.duplicates_of(A)[0].dismissal
    new = splitting.split(c.found.record, by=None)
    assert rebuilt() == "Nothing differed."
