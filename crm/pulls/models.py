"""Systems that customers and orders are pulled from."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.webhooks.models import SECRETS
from customers.models import DataSource
from customers.models.encrypted import EncryptedField


class System(models.TextChoices):
    """What a pull asks. Another installation of Reunite answers both."""

    KONNEKTIVE = "konnektive", "Konnektive"
    CHARTMOGUL = "chartmogul", "ChartMogul"


class Pull(models.Model):
    """An account of another system that customers and orders are fetched from, for one data source.

    `since` is the day up to which all is here; None before the first run that brings all. `place` is where a run is
    (`places.py` of its system); it moves in the transaction that writes the rows, so that a run goes on where it
    stopped. `job` is the number of the last job.
    """

    system = models.CharField(max_length=10, choices=System, default=System.KONNEKTIVE)
    data_source = models.OneToOneField(DataSource, models.CASCADE, related_name="+")
    url = models.CharField("URL", max_length=1000)
    login = models.CharField(max_length=100, blank=True)
    encrypted = EncryptedField(purpose=SECRETS, help_text="The password or API key")
    source_there = models.CharField(
        max_length=100, blank=True, help_text="Name or uuid of the data source there; blank is the only one"
    )
    zone = models.CharField("time zone", max_length=60, default="UTC", help_text="Of times that name none")
    since = models.DateField(null=True, blank=True)
    place = models.JSONField(default=dict, blank=True)
    every = models.PositiveSmallIntegerField("hours between runs", help_text="0 is by hand only")
    next_at = models.DateTimeField(null=True, blank=True)
    job = models.PositiveBigIntegerField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.data_source.name
