from django.conf import settings
from django.db import models

from crm.exports.formats import FileFormat


class ExportChoice(models.Model):
    """What a user chose for an export the last time. The columns left out are kept: a new column is in the file."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    export = models.CharField(max_length=40)
    left_out = models.JSONField(default=list, blank=True, help_text="Labels of columns")
    file_format = models.CharField(max_length=4, choices=FileFormat, default=FileFormat.CSV)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "export"], name="exportchoice_once")]

    def __str__(self) -> str:
        return f"Columns of {self.export} for user {self.user_id}"
