"""Which topic helps with which page, and the text of a topic.

A topic is a file of docs/help/ in Markdown. Its first line is the title. Raw HTML in it is shown as it is written.
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

PAGES = {
    "home": ("home",),
    "customers": ("customers:list", "customers:add"),
    "customer": (
        *("customers:detail", "customers:edit", "customers:status", "customers:credit", "customers:labels"),
        *("customers:login_add", "customers:login_password"),
    ),
    "tasks": (
        *("customers:tasks", "customers:task_add", "customers:task_edit"),
        *("customers:contact_add", "customers:contact_edit"),
    ),
    "duplicates": ("customers:duplicates", "customers:likely_model"),
    "merging": (
        *("customers:merge", "customers:merge_plain", "customers:merge_values", "customers:merge_confirm"),
        "customers:merge_correct",
    ),
    "merges": ("customers:merges", "customers:merge_detail"),
    "quality": ("customers:merge_quality", "customers:merge_sample"),
    "second-person": ("customers:merge_requests", "customers:merge_request", "customers:merge_policy"),
    "undo": ("customers:merge_undo", "customers:split", "batches:undo", "batches:undo_detail"),
    "batches": ("batches:merge", "batches:merge_detail"),
    "compare": ("customers:why", "customers:why_ask"),
    "matching": ("customers:known_by", "customers:ignored", "customers:identifying"),
    "orders": (
        *("orders:order_list", "orders:order_detail", "orders:order_refund", "orders:order_rerun"),
        *("orders:order_settle", "orders:order_decide", "orders:order_new", "orders:order_cancel"),
        *("orders:fulfillment_cancel", "orders:fulfillment_resend", "batches:rerun"),
    ),
    "payments": ("orders:double_payments", "orders:double_payment_settle", "orders:reconciliation"),
    "purchases": (
        *("orders:purchase_detail", "orders:purchase_cancel", "orders:purchase_pause", "orders:purchase_reactivate"),
        *("orders:purchase_keep", "orders:purchase_unpause", "orders:purchase_billing"),
    ),
    "imports": ("imports:list", "imports:detail", "imports:columns", "imports:undo"),
    "exports": tuple(f"exports:{name}" for name in ("customers", "orders", "merges", "duplicates", "audit")),
    "jobs": ("jobs:list", "jobs:detail"),
    "sales": (
        *("customers:lists", "customers:list_entry_add", "customers:list_entry_edit"),
        *("customers:opportunity_add", "customers:opportunity_edit"),
    ),
    "rules": ("rules:list", "rules:add", "rules:detail", "rules:edit", "rules:back_test", "rules:delete"),
    "sources": ("orders:source_list", "orders:source_detail", "orders:source_edit", "orders:source_delete"),
    "pulls": ("pulls:list", "pulls:add", "pulls:edit", "pulls:delete"),
    "webhooks": (
        *("webhooks:list", "webhooks:add", "webhooks:detail", "webhooks:edit", "webhooks:delivery"),
        *("webhooks:secret", "webhooks:replay", "webhooks:delete"),
    ),
    "users": (
        *("accounts:list", "accounts:add", "accounts:edit", "accounts:changes"),
        *("accounts:factors_reset", "accounts:key_add", "accounts:key_revoke"),
    ),
    "account": ("accounts:own", "accounts:security", "accounts:own_password", "accounts:own_key_add"),
    "audit": ("audit:list",),
    "deleting": ("customers:delete", "customers:deletions", "personal_data:export"),
    "setup": (),
}
"""{topic: names of the pages whose “?” opens it}, in the order of the list of topics."""
TOPIC_OF = {page: topic for topic, pages in PAGES.items() for page in pages}
FOLDER = settings.BASE_DIR / "docs" / "help"
MARKDOWN = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Topic:
    slug: str
    title: str
    body: SafeString


@cache
def topic(slug: str) -> Topic:
    """KeyError for one that is not in PAGES, whatever files there are."""
    if slug not in PAGES:
        raise KeyError(slug)
    title, _, text = (FOLDER / f"{slug}.md").read_text(encoding="utf-8").partition("\n")
    # A text of ours, in which Markdown makes the only tags.
    return Topic(slug, title.removeprefix("# "), mark_safe(MARKDOWN.render(text)))  # noqa: S308


def all_topics() -> list[Topic]:
    return [topic(slug) for slug in PAGES]
