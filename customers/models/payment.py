"""Credit, logins in shops, and payment methods."""

import logging

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.lib.secrets.encryption import UnreadableError, decrypt, encrypt
from customers.models.encrypted import EncryptedField
from customers.models.exact import ExactCharField
from customers.models.linked import LinkedRow, Tab, TabPosition
from customers.models.merge import Merge
from customers.permissions import VIEW_CUSTOMERS

logger = logging.getLogger(__name__)

TOKENS = "customers.payment_tokens"


class CreditEntry(LinkedRow):
    """Credit added (above zero) or deducted (below). With `merge`, it corrects that merge's balance until its undo."""

    tab = Tab(
        "Credit",
        "customers/credit/_credit_rows.html",
        TabPosition.CREDIT,
        VIEW_CUSTOMERS,
        "Credit that is added, deducted or corrected appears here. Adjust it under More.",
        related=("by", "merge"),
    )

    amount = models.DecimalField(max_digits=14, decimal_places=3)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    merge = models.ForeignKey(Merge, models.PROTECT, null=True, blank=True, related_name="credit_entries")

    class Meta(LinkedRow.Meta):
        verbose_name_plural = "credit entries"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class CartLogin(LinkedRow):
    """A customer's account in a shop. After a merge every login of the duplicates opens the survivor.

    A row without `login` is a new password for the account. A row with `merge` was made by that merge and ends with its
    undo.
    """

    tab = Tab(
        "Logins",
        "customers/profile/_login_rows.html",
        TabPosition.LOGINS,
        VIEW_CUSTOMERS,
        "A login opens the customer’s account in a shop. Add one under More.",
        related=("merge",),
    )
    searched_by = {"login": "Login"}

    login = models.CharField(max_length=150, null=True, blank=True)  # noqa: DJ001 - null is "has none", and many may
    password = models.CharField(max_length=128, blank=True, help_text="A hash; never shown, compared or returned")
    chosen_after = models.BigIntegerField(
        default=0,
        help_text="The last profile change before this password was set; passwords chosen up to then no longer work",
    )
    merge = models.ForeignKey(Merge, models.PROTECT, null=True, blank=True, related_name="cart_logins")

    class Meta(LinkedRow.Meta):
        verbose_name = "login"
        verbose_name_plural = "logins and passwords"
        constraints = [models.UniqueConstraint(fields=["login"], name="cartlogin_once")]

    def __str__(self) -> str:
        return self.login or "password set"


class PaySource(LinkedRow):
    """A card or account that pays. Its token belongs to `gateway_customer` at the gateway, also after merges."""

    tab = Tab(
        "Payment methods",
        "customers/profile/_pay_source_rows.html",
        TabPosition.PAYMENT_METHODS,
        VIEW_CUSTOMERS,
        "A card or account appears here when an order is paid with it.",
    )
    searched_by = {"last_four": "Card ending in"}

    kind = models.CharField(max_length=20, default="CREDITCARD")
    brand = models.CharField(max_length=20, blank=True)
    last_four = ExactCharField(max_length=4, blank=True, db_index=True)
    expiry_month = models.PositiveSmallIntegerField(null=True, blank=True)
    expiry_year = models.PositiveSmallIntegerField(null=True, blank=True)
    gateway = models.CharField(max_length=40, blank=True)
    gateway_customer = models.CharField(max_length=100, blank=True)
    encrypted_token = EncryptedField(purpose=TOKENS, blank=True)

    class Meta(LinkedRow.Meta):
        verbose_name = "payment method"

    def __str__(self) -> str:
        return f"{self.brand or self.kind} {self.last_four}".strip()

    @property
    def token(self) -> str:
        """The gateway's name for the card; "" if it has none, or if its key is gone: then it cannot be charged."""
        if not self.encrypted_token:
            return ""
        try:
            return decrypt(self.encrypted_token, purpose=TOKENS)
        except UnreadableError:
            logger.warning("The token of payment method %s cannot be read: a key of stored secrets is missing", self.pk)
            return ""

    @token.setter
    def token(self, value: str) -> None:
        self.encrypted_token = encrypt(value, purpose=TOKENS) if value else ""

    @property
    def expiry(self) -> str:
        """As printed on a card, such as 04/27; "" when it has none."""
        return f"{self.expiry_month:02}/{self.expiry_year % 100:02}" if self.expiry_month and self.expiry_year else ""

    @property
    def is_expired(self) -> bool:
        # A card is valid until the end of its month.
        today = timezone.now()
        return bool(self.expiry) and (self.expiry_year, self.expiry_month) < (today.year, today.month)
