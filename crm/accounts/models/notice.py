from django.db import models

from crm.accounts.models.account import AccountChange, User


class AccountNotice(models.Model):
    """A change of an account that its user has not dismissed yet, where no email tells of it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="account_notices")
    change = models.ForeignKey(AccountChange, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Notice of change {self.change_id}"
