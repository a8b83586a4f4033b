"""Emails that nobody waits for: neither how long a mail server takes, nor whether it fails, shows on a page."""

import logging
from smtplib import SMTPException
from threading import Thread

from django.conf import settings
from django.core.mail import send_mail

logger = logging.getLogger(__name__)

THREAD = "email"


def send_later(subject: str, lines: list[str], *, to: str) -> None:
    Thread(target=_send, args=(subject, "\n\n".join(filter(None, lines)), to), name=THREAD, daemon=True).start()


def site_address(path: str) -> str:
    """With the site's own name, not one that the request brought along; "" if it is not set."""
    site: str = settings.SITE_URL
    return f"{site.rstrip('/')}{path}" if site else ""


def _send(subject: str, body: str, to: str) -> None:
    try:
        send_mail(subject, body, None, [to])
    except (SMTPException, OSError) as error:
        logger.warning("No email “%s”: %s", subject, error)
