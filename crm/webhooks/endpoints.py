"""Endpoints: added, changed, paused, resumed, deleted; and their secrets, of which two may be good at once."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from crm.accounts.models import User
from crm.audit import log
from crm.webhooks.addresses import read_url, resolve
from crm.webhooks.models import TEST, Delivery, EndpointSecret, WebhookEndpoint
from crm.webhooks.queue import RETRIED_FOR, waiting
from crm.webhooks.signing import decrypt, encrypt, new_secret
from customers.lib.audit import AuditAction
from customers.lib.errors import ActionError
from customers.lib.pages import Cursor
from customers.lib.phrases import isolated
from customers.locks import get_locked
from customers.models import Event

logger = logging.getLogger(__name__)

MOST_ENDPOINTS = 20
NEVER_FAILED = {"failures": 0, "failing_since": None, "rests_until": None}


class EndpointError(ActionError):
    """An endpoint was not added, changed or asked."""


def note(endpoint: WebhookEndpoint, what: str, *, by: User | None) -> None:
    """On the audit log, without the URL: some have a secret in it."""
    log.write(AuditAction.WEBHOOK, f"Endpoint {endpoint.pk}, {isolated(endpoint.name)}: {what}.", by=by)


@sensitive_variables("secret")
@transaction.atomic
def add(*, name: str, url: str, kinds: Sequence[str], by: User | None) -> tuple[WebhookEndpoint, str]:
    """With its first secret, which is shown once. It is sent what happens from now on."""
    if WebhookEndpoint.objects.current().count() >= MOST_ENDPOINTS:
        raise EndpointError(f"There are {MOST_ENDPOINTS} endpoints already. Delete one that is not used.")
    resolve(read_url(url))
    last = _last_event()
    endpoint = WebhookEndpoint.objects.create(
        name=name, url=url, kinds=list(kinds), by=by, handed_out_at=last.at, handed_out_pk=last.pk
    )
    note(endpoint, "added", by=by)
    return endpoint, _add_secret(endpoint)


def _last_event() -> Cursor:
    event = Event.objects.order_by("-at", "-pk").first()
    # Without any, a little earlier than now: the clock of the database may be behind.
    return Cursor.of(event) if event else Cursor(timezone.now() - timedelta(minutes=1), 0)


@transaction.atomic
def change(endpoint: WebhookEndpoint, *, name: str, url: str, kinds: Sequence[str], by: User | None) -> None:
    """What waits in its queue is sent to the new URL, at once. Its kinds count for what happens from now on."""
    there = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    there.update(name=name, kinds=list(kinds))
    if url != endpoint.url:
        resolve(read_url(url))
        there.update(url=url, **NEVER_FAILED)
        waiting(endpoint).update(next_at=timezone.now())
    entered = {"name": name, "URL": url, "events": list(kinds)}
    before = {"name": endpoint.name, "URL": endpoint.url, "events": endpoint.kinds}
    if changed := [label for label, value in entered.items() if value != before[label]]:
        note(endpoint, f"{', '.join(changed)} changed", by=by)


@transaction.atomic
def delete(endpoint: WebhookEndpoint, *, by: User | None) -> None:
    """From now on nothing is sent there. `purge.py` deletes what it leaves."""
    endpoint.secrets.all().delete()
    if WebhookEndpoint.objects.filter(pk=endpoint.pk, deleted_at=None).update(deleted_at=timezone.now()):
        note(endpoint, "deleted", by=by)


@transaction.atomic
def pause(endpoint: WebhookEndpoint, *, by: User) -> None:
    there = WebhookEndpoint.objects.filter(pk=endpoint.pk, paused_at=None)
    if there.update(paused_at=timezone.now(), paused_by=by, pause_reason=""):
        note(endpoint, "paused", by=by)


def pause_by_itself(endpoint: WebhookEndpoint, reason: str) -> None:
    """And tell who added it, where email is set up."""
    there = WebhookEndpoint.objects.filter(pk=endpoint.pk, paused_at=None)
    if there.update(paused_at=timezone.now(), paused_by=None, pause_reason=reason):
        transaction.on_commit(lambda: _send_mail(endpoint, reason))


def _send_mail(endpoint: WebhookEndpoint, reason: str) -> None:
    if not (settings.EMAIL_IS_SET_UP and endpoint.by and endpoint.by.email):
        return
    link = f"{settings.SITE_URL.rstrip('/')}{endpoint.get_absolute_url()}" if settings.SITE_URL else ""
    lines = [f"The webhook endpoint {endpoint.name} was paused. {reason}", "Resume it once it answers.", link]
    try:
        send_mail("Webhook endpoint paused", "\n\n".join(filter(None, lines)), None, [endpoint.by.email])
    except (SMTPException, OSError) as error:
        logger.warning("No email about the endpoint %s: %s", endpoint.pk, error)


@transaction.atomic
def resume(endpoint: WebhookEndpoint, *, by: User | None) -> None:
    """What waits is sent in order, and retried as long as if it were new."""
    anew = {**NEVER_FAILED, "paused_at": None, "pause_reason": "", "paused_by": None}
    if WebhookEndpoint.objects.filter(pk=endpoint.pk).exclude(paused_at=None).update(**anew):
        now = timezone.now()
        waiting(endpoint).update(attempts=0, next_at=now, given_up_at=now + RETRIED_FOR)
        note(endpoint, "resumed", by=by)


@sensitive_variables("secret")
@transaction.atomic
def rotate(endpoint: WebhookEndpoint, *, keep_old_for: timedelta, by: User | None) -> str:
    """A new secret, which is shown once. Requests are signed with the old one too for that long, and with no third."""
    get_locked(WebhookEndpoint.objects.select_for_update(), endpoint.pk)
    now = timezone.now()
    endpoint.secrets.exclude(ends=None).delete()
    endpoint.secrets.filter(ends=None).update(ends=now + keep_old_for)
    note(endpoint, "secret rotated", by=by)
    return _add_secret(endpoint)


@sensitive_variables("secret")
def _add_secret(endpoint: WebhookEndpoint) -> str:
    secret = new_secret()
    EndpointSecret.objects.create(endpoint=endpoint, encrypted=encrypt(secret))
    return secret


def secrets_of(endpoint: WebhookEndpoint, *, at: datetime) -> list[str]:
    """Those that are good then, the newest first."""
    secrets = endpoint.secrets.order_by("-pk")
    return [decrypt(secret.encrypted) for secret in secrets if secret.ends is None or secret.ends > at]


def send_test(endpoint: WebhookEndpoint) -> Delivery:
    now = timezone.now()
    return Delivery.objects.create(endpoint=endpoint, kind=TEST, at=now, given_up_at=now)
