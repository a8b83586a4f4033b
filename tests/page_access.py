"""Every page with who may open it, and how a test asks it. A page that is missing here fails `test_access.py`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import Resolver404, URLPattern, get_resolver, resolve, reverse

from crm.permissions import MANAGE_USERS, USE_API
from customers.engagement.views.rows import ROW_KINDS


@dataclass(frozen=True)
class Page:
    """What all of `needs` open. `of` and `sends` name what is in its address and form, as in the fixture `subjects`."""

    needs: tuple[str, ...]
    of: tuple[str, ...] = ()
    method: str = "get"
    sends: Mapping[str, str] = field(default_factory=dict)


VIEW, CHANGE = "customers.view_customer", "customers.change_customer"
ORDERS = "orders.view_order"
ADD = "customers.add_customer"
MERGE, UNDO = "customers.merge_customer", "customers.undo_merge"
DELETE = "customers.delete_customer"
REVIEW = "customers.review_merge"
SPLIT = "customers.split_sourcerecord"
IGNORE = "customers.change_ignoredvalue"
RULES = "customers.manage_mergerule"
LISTS = "customers.manage_saleslist"
IDENTIFY = "customers.change_identifyingattribute"
WEBHOOKS = "webhooks.manage_webhook"
IMPORT = "orders.run_import"
PUBLIC = {"login", "readyz", "password_reset_confirm", "accounts:theme"}
PUBLIC |= {"openid_begin", "openid_callback"}
PUBLIC |= {"password_forgotten", "second_step", "passkey_sign_in", "passkey_challenge"}
ANYONE_SIGNED_IN = {"logout": (), "home": (), "accounts:own": (), "accounts:own_password": ()}
ANYONE_SIGNED_IN |= {"first_steps_dismiss": ()}
ANYONE_SIGNED_IN |= {"help:index": (), "help:page": ("merging",)}
SECURITY = ("security", "app_add", "app_remove", "passkey_add", "passkey_ask", "codes_create", "session_end")
SECURITY += ("notice_dismiss", "identity_connect", "identity_disconnect")
ANYONE_SIGNED_IN |= {f"accounts:{name}": () for name in SECURITY}
OWNERS = {"accounts:own_key_revoke": (1,), "accounts:passkey_remove": (1,)}
JOBS = {f"jobs:{name}" for name in ("list", "detail", "pause", "resume", "cancel", "dismiss", "result", "errors")}
"""Own jobs, and those of others for who may view all: tests/crm/jobs/test_pages.py"""
IMPORTS = {f"imports:{name}" for name in ("detail", "columns", "read_as", "check", "run", "undo", "look")}
"""Own imports, and those of others for who may view all jobs: tests/crm/imports/test_pages.py"""
PAGES = {
    "accounts:list": Page((MANAGE_USERS,)),
    "accounts:add": Page((MANAGE_USERS,)),
    "accounts:edit": Page((MANAGE_USERS,), of=("user",)),
    "accounts:changes": Page((MANAGE_USERS,)),
    "accounts:link_make": Page((MANAGE_USERS,), of=("user",), method="post"),
    "accounts:factors_reset": Page((MANAGE_USERS,), of=("user",)),
    "accounts:key_add": Page((MANAGE_USERS,), of=("user",)),
    "accounts:key_revoke": Page((MANAGE_USERS,), of=("user", "key")),
    "accounts:own_key_add": Page((USE_API,)),
    "audit:list": Page(("audit.view_audit_log",)),
    "exports:audit": Page(("audit.view_audit_log",)),
    "customers:list": Page((VIEW,)),
    "customers:detail": Page((VIEW,), of=("customer",)),
    "customers:why": Page((VIEW,), of=("customer", "other")),
    "customers:why_ask": Page((VIEW,)),
    "customers:add": Page((VIEW, ADD)),
    "customers:edit": Page((VIEW, CHANGE), of=("customer",)),
    "customers:status": Page((VIEW, CHANGE), of=("customer",)),
    "customers:make_customer": Page((VIEW, CHANGE), of=("customer",), method="post"),
    "customers:credit": Page((VIEW, CHANGE), of=("customer",)),
    "customers:labels": Page((VIEW, CHANGE), of=("customer",)),
    "customers:tag_add": Page((VIEW, CHANGE), of=("customer",), method="post", sends={"name": "draft"}),
    "customers:tag_remove": Page((VIEW, CHANGE), of=("customer",), method="post", sends={"name": "draft"}),
    "customers:attribute_set": Page(
        (VIEW, CHANGE), of=("customer",), method="post", sends={"name": "draft", "value": "draft", "kind": "kind"}
    ),
    "customers:attribute_remove": Page((VIEW, CHANGE), of=("customer",), method="post", sends={"name": "draft"}),
    "customers:login_add": Page((VIEW, CHANGE), of=("customer",)),
    "customers:login_password": Page((VIEW, CHANGE), of=("customer", "login")),
    "customers:login_show": Page((VIEW, CHANGE), of=("customer", "login"), method="post"),
    "customers:pay_source_default": Page((VIEW, CHANGE), of=("customer", "card"), method="post"),
    "customers:known_by": Page((VIEW,), of=("customer",)),
    "customers:match_stop": Page((VIEW, CHANGE), of=("customer",), method="post"),
    "customers:match_resume": Page((VIEW, CHANGE), of=("customer",), method="post"),
    **{f"customers:{kind.slug}_add": Page((VIEW, CHANGE), of=("customer",)) for kind in ROW_KINDS},
    **{f"customers:{kind.slug}_edit": Page((VIEW, CHANGE), of=("customer", kind.slug)) for kind in ROW_KINDS},
    "customers:task_done": Page((VIEW, CHANGE), of=("customer", "task"), method="post"),
    "customers:tasks": Page((VIEW,)),
    "customers:note_add": Page((VIEW, CHANGE), of=("customer",), method="post", sends={"text": "draft"}),
    "customers:delete": Page((VIEW, DELETE), of=("customer",)),
    "personal_data:export": Page((VIEW, ORDERS, "customers.export_customer"), of=("customer",)),
    "customers:deletions": Page((VIEW, DELETE)),
    "customers:merge_selected": Page((VIEW, MERGE)),
    "customers:merge": Page((VIEW, MERGE), of=("customer",)),
    "customers:merge_dismiss": Page((VIEW, MERGE), of=("customer",), method="post", sends={"reverse": "other"}),
    "customers:merge_plain": Page((VIEW, MERGE), of=("customer",)),
    "customers:merge_values": Page((VIEW, MERGE), of=("customer",)),
    "customers:merge_confirm": Page((VIEW, MERGE), of=("customer", "draft")),
    "customers:split": Page((VIEW, SPLIT), of=("customer", "record")),
    "customers:duplicates": Page((VIEW,)),
    "customers:duplicates_next": Page((VIEW, MERGE)),
    "customers:duplicates_dismiss": Page((VIEW, MERGE), method="post"),
    "customers:ignored": Page((VIEW,)),
    "customers:ignored_add": Page((VIEW, IGNORE), method="post", sends={"value": "mailbox"}),
    "customers:likely_model": Page((VIEW,)),
    "customers:likely_model_use": Page((VIEW, "jobs.start_rebuild"), method="post"),
    "rules:list": Page((VIEW, RULES)),
    "rules:add": Page((VIEW, RULES)),
    "rules:detail": Page((VIEW, RULES), of=("rule",)),
    "rules:edit": Page((VIEW, RULES), of=("rule",)),
    "rules:switch": Page((VIEW, RULES), of=("rule",), method="post"),
    "rules:run": Page((VIEW, RULES), of=("rule",), method="post"),
    "rules:delete": Page((VIEW, RULES), of=("rule",)),
    "rules:back_test": Page((VIEW, RULES), of=("rule",)),
    "rules:back_test_start": Page((VIEW, RULES), of=("rule",), method="post"),
    "rules:back_test_answer": Page((VIEW, RULES), of=("rule",), method="post"),
    "customers:lists": Page((VIEW, LISTS)),
    "customers:list_entry_add": Page((VIEW, LISTS), of=("list",)),
    "customers:list_entry_edit": Page((VIEW, LISTS), of=("list", "account_type")),
    "customers:identifying": Page((VIEW, IDENTIFY)),
    "customers:identifying_remove": Page((VIEW, IDENTIFY), of=("attribute",), method="post"),
    "customers:ignored_remove": Page((VIEW, IGNORE), method="post", sends={"value": "ignored"}),
    "customers:merges": Page((VIEW,)),
    "customers:merge_detail": Page((VIEW,), of=("merge",)),
    "customers:merge_requests": Page((VIEW, MERGE)),
    "customers:merge_request": Page((VIEW, MERGE), of=("request",)),
    "customers:merge_request_confirm": Page((VIEW, MERGE, REVIEW), of=("request",), method="post"),
    "customers:merge_request_refuse": Page((VIEW, MERGE, REVIEW), of=("request",), method="post"),
    "customers:merge_request_withdraw": Page((VIEW, MERGE), of=("request",), method="post"),
    "customers:merge_policy": Page((VIEW, "customers.change_mergepolicy")),
    "customers:merge_quality": Page((VIEW, REVIEW)),
    "customers:merge_sample_draw": Page((VIEW, REVIEW), method="post"),
    "customers:merge_sample": Page((VIEW, REVIEW), of=("sample",)),
    "customers:merge_undo": Page((VIEW, UNDO), of=("merge",)),
    "customers:merge_correct": Page((VIEW, CHANGE, UNDO, MERGE), of=("merge",)),
    "batches:merge": Page((VIEW, MERGE)),
    "batches:merge_selected": Page((VIEW, MERGE), method="post"),
    "batches:merge_detail": Page((VIEW, MERGE), of=("batch",)),
    "batches:undo": Page((VIEW, UNDO)),
    "batches:undo_detail": Page((VIEW, UNDO), of=("undo",)),
    "batches:rerun": Page((VIEW, ORDERS, "orders.rerun_order")),
    "exports:customers": Page((VIEW,)),
    "exports:orders": Page((VIEW, ORDERS)),
    "exports:merges": Page((VIEW,)),
    "exports:duplicates": Page((VIEW,)),
    "webhooks:list": Page((WEBHOOKS,)),
    "webhooks:add": Page((WEBHOOKS,)),
    "webhooks:detail": Page((WEBHOOKS,), of=("endpoint",)),
    "webhooks:edit": Page((WEBHOOKS,), of=("endpoint",)),
    "webhooks:secret": Page((WEBHOOKS,), of=("endpoint",)),
    "webhooks:delete": Page((WEBHOOKS,), of=("endpoint",)),
    "webhooks:pause": Page((WEBHOOKS,), of=("endpoint",), method="post"),
    "webhooks:resume": Page((WEBHOOKS,), of=("endpoint",), method="post"),
    "webhooks:test": Page((WEBHOOKS,), of=("endpoint",), method="post"),
    "webhooks:replay": Page((WEBHOOKS,), of=("endpoint",)),
    "webhooks:replay_cancel": Page((WEBHOOKS,), of=("endpoint",), method="post"),
    "webhooks:delivery": Page((WEBHOOKS,), of=("delivery",)),
    "webhooks:send_again": Page((WEBHOOKS,), method="post", sends={"delivery": "delivery"}),
    "imports:list": Page((VIEW, IMPORT)),
    "pulls:list": Page((IMPORT,)),
    "pulls:add": Page((IMPORT,)),
    "pulls:edit": Page((IMPORT,), of=("pull",)),
    "pulls:delete": Page((IMPORT,), of=("pull",)),
    "pulls:run": Page((IMPORT,), of=("pull",), method="post"),
    "pulls:test": Page((IMPORT,), of=("pull",), method="post"),
    "jobs:rebuild": Page(("jobs.start_rebuild",), method="post"),
    "jobs:train_model": Page(("jobs.start_rebuild",), method="post"),
    "jobs:scan": Page(("jobs.start_rebuild",), method="post"),
    "orders:double_payments": Page((VIEW, ORDERS)),
    "orders:double_payment_settle": Page(
        (VIEW, ORDERS, "orders.refund_order", "orders.cancel_purchase"), of=("double",)
    ),
    "orders:double_payment_dismiss": Page((VIEW, ORDERS, "orders.cancel_purchase"), of=("double",), method="post"),
    "orders:order_new": Page((VIEW, ORDERS, "orders.add_order"), of=("customer",)),
    "orders:order_list": Page((VIEW, ORDERS)),
    "orders:order_detail": Page((VIEW, ORDERS), of=("order",)),
    "orders:order_rerun": Page((VIEW, ORDERS, "orders.rerun_order"), of=("order",)),
    "orders:order_refund": Page((VIEW, ORDERS, "orders.refund_order"), of=("order",)),
    "orders:order_settle": Page((VIEW, ORDERS, "orders.settle_order"), of=("order",)),
    "orders:order_decide": Page((VIEW, ORDERS, "orders.settle_order"), of=("order",)),
    "orders:purchase_detail": Page((VIEW, ORDERS), of=("purchase",)),
    "orders:purchase_cancel": Page((VIEW, ORDERS, "orders.cancel_purchase"), of=("purchase",)),
    "orders:purchase_keep": Page((VIEW, ORDERS, "orders.cancel_purchase"), of=("purchase",)),
    "orders:purchase_pause": Page((VIEW, ORDERS, "orders.cancel_purchase"), of=("purchase",)),
    "orders:purchase_unpause": Page((VIEW, ORDERS, "orders.cancel_purchase"), of=("purchase",)),
    "orders:order_cancel": Page((VIEW, ORDERS, "orders.cancel_purchase"), of=("order",)),
    "orders:fulfillment_cancel": Page((VIEW, ORDERS, "orders.change_fulfillment"), of=("fulfillment",)),
    "orders:fulfillment_resend": Page((VIEW, ORDERS, "orders.change_fulfillment"), of=("fulfillment",)),
    "orders:purchase_reactivate": Page((VIEW, ORDERS, "orders.cancel_purchase"), of=("purchase",)),
    "orders:reconciliation": Page((VIEW, ORDERS)),
    "orders:source_list": Page((VIEW,)),
    "orders:source_detail": Page((VIEW,), of=("source",)),
    "orders:source_edit": Page((VIEW, "customers.change_datasource"), of=("source",)),
    "orders:source_delete": Page((VIEW, DELETE), of=("source",)),
    "orders:purchase_billing": Page((VIEW, ORDERS, "orders.change_purchase"), of=("purchase",)),
}

NEEDED = {need for page in PAGES.values() for need in page.needs}


def url_names(patterns=None, namespace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield namespace + pattern.name
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from url_names(pattern.url_patterns, namespace + inner)


def ask(client, name, subjects):
    page = PAGES[name]
    sent = {key: subjects[subject] for key, subject in page.sends.items()}
    return getattr(client, page.method)(reverse(name, args=[subjects[subject] for subject in page.of]), sent)


def ask_each(client, names, subjects):
    """The answers by the names of the pages; what one page does is not there for the next."""
    answers = {}
    for name in names:
        with transaction.atomic():
            answers[name] = ask(client, name, subjects)
            transaction.set_rollback(True)
    return answers


LINK = re.compile(r'(?:href|action|formaction|hx-get|hx-post)="(/[^"?#]*)')


def links_of(answer):
    """The names of the listed pages that an answer leads to or sends a form to."""
    names = set()
    for path in set(LINK.findall("" if answer.streaming else answer.text)):
        with suppress(Resolver404):
            names.add(resolve(path).view_name)
    return names & PAGES.keys()
