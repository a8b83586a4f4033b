from django.db import models
from django.utils import timezone

from crm.accounts.models.account import AccountChange, User


class AccountNotice(models.Model):
    """What a user is told on every page until they dismiss it: a change of their account, or a `text` with a link.

    Of a change only where no email tells of it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="account_notices")
    change = models.ForeignKey(AccountChange, models.CASCADE, null=True, related_name="+", db_index=False)
    text = models.CharField(max_length=400, blank=True)
    address = models.CharField(max_length=200, blank=True, help_text="The page that has more")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.text or f"Notice of change {self.change_id}"
