"""Systems that customers and orders are pulled from."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models import DataSource


class Pull(models.Model):
    """A Konnektive account that customers and orders are fetched from, for one data source.

    `since` is the day up to which all is here. `place` is where a run is that has not ended (`places.py`); it moves in
    the transaction that writes the rows, so that a run goes on where it stopped. `job` is the number of the last job.
    """

    data_source = models.OneToOneField(DataSource, models.CASCADE, related_name="+")
    url = models.CharField("URL", max_length=1000)
    login = models.CharField(max_length=100)
    encrypted = models.TextField(help_text="The password, encrypted with a key made of SECRET_KEY")
    zone = models.CharField("time zone", max_length=60, help_text="Of the account: its times name none")
    since = models.DateField()
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
