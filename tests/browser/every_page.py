"""Every page there is, as it stands in the demo: what is looked at for accessibility and drawn for the docs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.db.models import Count, F

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import ApiKey, User
from crm.demo import store
from crm.jobs.models import Job, JobState
from crm.pulls.models import Pull
from crm.webhooks.models import DeliveryState, WebhookEndpoint
from customers.engagement.views.rows import ROW_KINDS
from customers.matching.duplicates import duplicate_counts, duplicates_of
from customers.merging.forms.values import ValuesForm
from customers.models import (
    BatchUndo,
    CartLogin,
    Customer,
    DataSource,
    LeadPhase,
    Merge,
    MergeBatch,
    MergeRequest,
    MergeRule,
    MergeSample,
    SourceRecord,
)
from customers.pages import tabs
from customers.profile.fields import REFERENCE_KEYS
from orders.fulfillment.parcels import NOT_SHIPPED
from orders.models import (
    UNDECIDED,
    DoublePayment,
    Fulfillment,
    FulfillmentStatus,
    Import,
    Order,
    OrderStatus,
    Purchase,
    PurchaseStatus,
    TransactionStatus,
)
from tests.browser.shown import Shown, shown


def pages() -> Iterator[Shown]:
    """Each page; those of one thing show the one of the demo that has most to show."""
    customer = with_duplicates()
    yield from lists()
    yield from customer_pages(customer)
    yield from change_pages(customer)
    yield from merge_steps(customer, duplicates_of(customer)[0].customer)
    yield from merge_pages(Merge.objects.filter(undone_at=None).order_by("-pk")[0])
    yield from order_pages()
    yield from purchase_pages()
    yield from source_pages(DataSource.objects.get(name=store.SHOP))
    yield from user_pages(User.objects.get(username="agent"))
    yield from job_pages()
    yield from webhook_pages()
    yield from pull_pages()
    yield from export_pages()
    yield from import_pages()
    yield from refusals()


def export_pages() -> Iterator[Shown]:
    for name in ("customers", "orders", "merges", "duplicates", "audit"):
        yield shown(f"export-{name}", f"exports:{name}")


def import_pages() -> Iterator[Shown]:
    new, checked, done = (Import.objects.get(state=state) for state in ("new", "checked", "done"))
    yield shown("imports", "imports:list")
    yield shown("import-columns", "imports:columns", new.pk)
    yield shown("import-checked", "imports:detail", checked.pk)
    yield shown("import-done", "imports:detail", done.pk)
    yield shown("import-undo", "imports:undo", done.pk)


def lists() -> Iterator[Shown]:
    yield shown("start", "home")
    yield shown("customers", "customers:list")
    yield shown("customers-found", "customers:list", q="holý", duplicates="1")
    yield shown("customers-none", "customers:list", q="helna holly")
    yield shown("duplicates", "customers:duplicates")
    yield shown("duplicates-likely", "customers:duplicates", tab="likely")
    yield shown("duplicates-evidence", "customers:duplicates", tab="evidence")
    yield shown("ignored", "customers:ignored")
    yield shown("ignored-history", "customers:ignored", tab="changes")
    yield shown("identifying", "customers:identifying")
    yield shown("sales-lists", "customers:lists")
    yield shown("sales-list-add", "customers:list_entry_add", "lead-phases")
    yield shown("sales-list-edit", "customers:list_entry_edit", "lead-phases", LeadPhase.objects.get(name="Offer").pk)
    yield shown("likely-model", "customers:likely_model")
    yield from rule_pages()
    yield shown("merges", "customers:merges")
    yield shown("merge-requests", "customers:merge_requests")
    yield shown("merge-request", "customers:merge_request", MergeRequest.objects.latest("pk").pk)
    yield shown("merge-policy", "customers:merge_policy")
    yield shown("merge-quality", "customers:merge_quality", since="2020-01-01")
    yield shown("merge-sample", "customers:merge_sample", MergeSample.objects.latest("pk").pk)
    yield shown("deletions", "customers:deletions")
    yield shown("jobs", "jobs:list")
    yield shown("audit", "audit:list")


def rule_pages() -> Iterator[Shown]:
    rule = MergeRule.objects.filter(back_tests__ended__isnull=False).earliest("pk")
    yield shown("rules", "rules:list")
    yield shown("rule-add", "rules:add", template="email-name")
    yield shown("rule", "rules:detail", rule.pk)
    yield shown("rule-edit", "rules:edit", rule.pk)
    yield shown("rule-back-test", "rules:back_test", rule.pk)
    yield shown("rule-delete", "rules:delete", rule.pk)


def with_duplicates() -> Customer:
    """Whom the pages of one customer show: the one with the same name as in the guide, else the first to merge."""
    customers = Customer.objects.live().order_by("pk")
    counts = duplicate_counts([customer.pk for customer in customers])
    return max(customers, key=lambda customer: (customer.pk in counts, customer.last_name == "Holý", -customer.pk))


def customer_pages(customer: Customer) -> Iterator[Shown]:
    yield shown("customer", "customers:detail", customer.pk)
    yield shown("customer-note", "customers:detail", customer.pk, note="")
    for choice in tabs.offered(set(ALL_PERMISSIONS))[1:]:
        yield shown(f"customer-{choice.slug}", "customers:detail", customer.pk, tab=choice.slug, part="rows")
    yield shown("customer-new-order", "orders:order_new", customer.pk)
    yield shown("customer-known-by", "customers:known_by", customer.pk)


def change_pages(customer: Customer) -> Iterator[Shown]:
    """What is changed of a customer on a page of its own."""
    yield shown("customer-add", "customers:add")
    for name in ("edit", "status", "credit", "labels", "login_add", "delete"):
        yield shown(f"customer-{name.replace('_', '-')}", f"customers:{name}", customer.pk)
    yield shown("customer-personal-data", "personal_data:export", customer.pk)
    login = CartLogin.objects.filter(source_record__customer=customer, login__isnull=False).earliest("pk")
    yield shown("customer-login-password", "customers:login_password", customer.pk, login.pk)
    yield shown("tasks", "customers:tasks")
    for kind in ROW_KINDS:
        yield shown(f"customer-{kind.slug}-add", f"customers:{kind.slug}_add", customer.pk)
        row = kind.model._default_manager.select_related("source_record").earliest("pk")
        yield shown(f"customer-{kind.slug}-edit", f"customers:{kind.slug}_edit", row.source_record.customer_id, row.pk)
    records = SourceRecord.objects.exclude(data_source__name=DataSource.STAFF)
    several = records.values("customer").annotate(n=Count("pk")).filter(n__gt=1).values("customer")
    record = records.filter(customer__in=several).latest("pk")
    yield shown("split", "customers:split", record.customer_id, record.pk)


def merge_steps(customer: Customer, duplicate: Customer) -> Iterator[Shown]:
    yield shown("why", "customers:why", customer.pk, duplicate.pk)
    yield shown("why-ask", "customers:why_ask")
    yield shown("merge-1", "customers:merge", customer.pk)
    kept, merged = without_conflict()
    yield shown("merge-plain", "customers:merge_plain", kept.pk, duplicate=merged.pk)
    values = shown("merge-2", "customers:merge_values", customer.pk, duplicate=duplicate.pk)
    yield values
    yield replace(values, name="merge-3", url_name="customers:merge_confirm", press="Review merge")


def without_conflict() -> tuple[Customer, Customer]:
    """Two of whom nothing conflicts, so that their merge has one page."""
    for kept in Customer.objects.live().order_by("pk").select_related(*REFERENCE_KEYS):
        for candidate in duplicates_of(kept):
            merged = Customer.objects.select_related(*REFERENCE_KEYS).get(pk=candidate.customer.pk)
            if ValuesForm([kept, merged], by=None).is_plain:
                return kept, merged
    raise AssertionError("In the demo the values of all duplicates conflict.")


def merge_pages(merge: Merge) -> Iterator[Shown]:
    yield shown("merge", "customers:merge_detail", merge.pk)
    yield shown("merge-correct", "customers:merge_correct", merge.pk)
    yield shown("merge-undo", "customers:merge_undo", merge.pk)
    yield shown("merge-many", "batches:merge")
    yield shown("merge-many-done", "batches:merge_detail", MergeBatch.objects.latest("pk").pk)
    yield shown("undo-many", "batches:undo")
    yield shown("undo-many-done", "batches:undo_detail", BatchUndo.objects.latest("pk").pk)


def order_pages() -> Iterator[Shown]:
    refunded = Order.objects.filter(refunded__gt=0, refunded__lt=F("total")).latest("pk")
    declined = Order.objects.filter(transactions__status=TransactionStatus.SOFT_DECLINE, status=OrderStatus.DECLINED)
    yield shown("orders", "orders:order_list")
    yield shown("orders-declined", "orders:order_list", status="declined_softly")
    yield shown("orders-rerun", "batches:rerun", status="DECLINED")
    yield shown("orders-paid-twice", "orders:double_payments")
    yield shown("orders-keep-one", "orders:double_payment_settle", DoublePayment.objects.latest("pk").pk)
    yield shown("orders-none", "orders:order_list", q="no such thing", status="declined_softly")
    yield shown("order", "orders:order_detail", refunded.number)
    waiting = Fulfillment.objects.filter(status__in=NOT_SHIPPED).latest("pk")
    sent = Fulfillment.objects.filter(status=FulfillmentStatus.DELIVERED).latest("pk")
    yield shown("order-cancel", "orders:order_cancel", waiting.order.number)
    yield shown("fulfillment-cancel", "orders:fulfillment_cancel", waiting.pk)
    yield shown("fulfillment-resend", "orders:fulfillment_resend", sent.pk)
    yield shown("order-refund", "orders:order_refund", refunded.number)
    silent = Order.objects.filter(transactions__status=TransactionStatus.PENDING)
    yield shown("order-settle", "orders:order_settle", silent.latest("pk").number)
    yield shown("reconciliation", "orders:reconciliation")
    undecided = Order.objects.filter(transactions__contradiction__in=UNDECIDED).latest("pk")
    yield shown("order-undecided", "orders:order_detail", undecided.number)
    yield shown("order-decide", "orders:order_decide", undecided.number)
    yield shown("order-rerun", "orders:order_rerun", declined.latest("pk").number)


def purchase_pages() -> Iterator[Shown]:
    active = Purchase.objects.filter(status=PurchaseStatus.ACTIVE, cancels_on=None).latest("pk")
    paused = Purchase.objects.filter(status=PurchaseStatus.PAUSED).latest("pk")
    ending = Purchase.objects.exclude(cancels_on=None).latest("pk")
    yield shown("purchase", "orders:purchase_detail", ending.pk)
    for name in ("cancel", "pause", "billing"):
        yield shown(f"purchase-{name}", f"orders:purchase_{name}", active.pk)
    pausing = Purchase.objects.exclude(pauses_on=None).latest("pk")
    yield shown("purchase-unpause", "orders:purchase_unpause", pausing.pk)
    yield shown("purchase-keep", "orders:purchase_keep", ending.pk)
    yield shown("purchase-reactivate", "orders:purchase_reactivate", paused.pk)


def source_pages(source: DataSource) -> Iterator[Shown]:
    yield shown("sources", "orders:source_list")
    for name in ("detail", "edit", "delete"):
        yield shown(f"source-{name}", f"orders:source_{name}", source.pk)


def user_pages(user: User) -> Iterator[Shown]:
    key = ApiKey.objects.filter(revoked=None).latest("pk")
    yield shown("users", "accounts:list")
    yield shown("users-changes", "accounts:changes")
    yield shown("user-add", "accounts:add")
    yield shown("user-edit", "accounts:edit", user.pk)
    yield shown("key-add", "accounts:key_add", user.pk)
    yield shown("key-revoke", "accounts:key_revoke", key.user_id, key.pk)
    yield shown("user-factors-reset", "accounts:factors_reset", user.pk)
    yield shown("account", "accounts:own")
    yield shown("account-security", "accounts:security")
    yield shown("help", "help:index")
    yield shown("help-merging", "help:page", "merging")
    yield shown("account-app-add", "accounts:app_add")
    yield shown("account-app-remove", "accounts:app_remove")
    yield shown("account-passkey-add", "accounts:passkey_add")
    yield shown("account-password", "accounts:own_password")
    yield shown("account-key-add", "accounts:own_key_add")


def job_pages() -> Iterator[Shown]:
    done, paused = (Job.objects.filter(state=state).latest("pk") for state in (JobState.DONE, JobState.PAUSED))
    yield shown("job", "jobs:detail", done.pk)
    yield shown("job-paused", "jobs:detail", paused.pk)
    yield shown("job-cancel", "jobs:cancel", paused.pk)


def webhook_pages() -> Iterator[Shown]:
    endpoint = WebhookEndpoint.objects.exclude(pause_reason="").latest("pk")
    yield shown("webhooks", "webhooks:list")
    yield shown("webhook-add", "webhooks:add")
    for name in ("detail", "edit", "secret", "delete", "replay"):
        yield shown(f"webhook-{name}", f"webhooks:{name}", endpoint.pk)
    since = f"{endpoint.created - timedelta(days=1):%Y-%m-%dT%H:%M:%S}"
    yield shown("webhook-replay-counted", "webhooks:replay", endpoint.pk, since=since)
    given_up = endpoint.deliveries.filter(state=DeliveryState.GIVEN_UP).latest("pk")
    waiting = endpoint.deliveries.filter(state=DeliveryState.WAITING).latest("pk")
    yield shown("webhook-delivery", "webhooks:delivery", given_up.pk)
    yield shown("webhook-delivery-waiting", "webhooks:delivery", waiting.pk)


def pull_pages() -> Iterator[Shown]:
    pull = Pull.objects.latest("pk")
    yield shown("pulls", "pulls:list")
    yield shown("pull-add", "pulls:add")
    yield shown("pull-add-chartmogul", "pulls:add", system="chartmogul")
    yield shown("pull-edit", "pulls:edit", pull.pk)
    yield shown("pull-delete", "pulls:delete", pull.pk)


def refusals() -> Iterator[Shown]:
    """What somebody sees who is not let in, or finds nothing."""
    stranger = shown("sign-in", "login")
    yield replace(stranger, signed_in=False)
    link = shown("link-too-old", "password_reset_confirm", "MQ", "used-up")
    yield replace(link, signed_in=False, status=410)
    yield replace(shown("not-found", "customers:detail", 10**9), status=404)
    erased = Customer.objects.exclude(erased_at=None).latest("pk")
    yield replace(shown("erased", "customers:detail", erased.pk), status=410)
