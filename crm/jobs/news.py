"""What tells the owner of a job that it ended: a notice on every page until it is dismissed, and an email."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef

from crm.accounts.models import User
from crm.jobs.kind import label_of
from crm.jobs.models import Job
from crm.jobs.progress import Progress

logger = logging.getLogger(__name__)

MOST_NOTICES = 5


def tell_owner(job: Job) -> None:
    """Within the transaction that ends the job. The mark at the user spares all other pages a query."""
    if job.by_id is not None:
        User.objects.filter(pk=job.by_id).update(has_news=True)


def news_of(user: User) -> list[Progress]:
    if not user.has_news:
        return []
    news = Job.objects.filter(by=user, is_news=True).order_by("-pk")[:MOST_NOTICES]
    return [Progress(job) for job in news]


def dismiss(job: Job) -> None:
    if Job.objects.filter(pk=job.pk, is_news=True).update(is_news=False):
        news = Job.objects.filter(by=OuterRef("pk"), is_news=True)
        User.objects.filter(jobs=job.pk).update(has_news=Exists(news))


def send_mail_later(job: Job) -> None:
    """After the commit. A mail server that fails is no reason to do the job again."""
    if not (settings.EMAIL_IS_SET_UP and job.by and job.by.email):
        return
    job.refresh_from_db(fields=["state", "message"])
    label = label_of(job.kind)
    subject = f"{label}: {job.get_state_display().lower()}"
    link = f"{settings.SITE_URL.rstrip('/')}{job.get_absolute_url()}" if settings.SITE_URL else ""
    lines = [f"{label} (job {job.pk}): {job.get_state_display().lower()}.", job.message, link]
    try:
        send_mail(subject, "\n\n".join(filter(None, lines)), None, [job.by.email])
    except (SMTPException, OSError) as error:
        logger.warning("No email about %s: %s", job, error)
