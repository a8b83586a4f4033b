"""By what the list of customers is filtered, so that who passes several filters at once is read from one index."""

from django.db import models

from customers.models.customer import BillingStatus, Customer, LeadStatus


class FilterCombination(models.Model):
    """What one customer has of everything that the list is filtered by. Many customers have the same combination.

    So there are few of them, and several filters are one question to this small table. Numbers of other tables are 0
    for none, and may be of rows that are gone. A customer may have several opportunities: those without a number of one
    say what the customer has of all else, and there is one more for each phase and each reason, with no other.
    `docs/decisions/0099-filters-together.md` has the reasons.
    """

    derived = True

    data_source = models.PositiveBigIntegerField(help_text="One that has a record of the customer, other than staff")
    country = models.CharField(max_length=2, blank=True, help_text="ISO code of the billing address, if it has one")
    billing_status = models.CharField(max_length=20, choices=BillingStatus, blank=True)
    lead_status = models.CharField(max_length=20, choices=LeadStatus, blank=True)
    account_type = models.PositiveBigIntegerField()
    lead_phase = models.PositiveBigIntegerField()
    shares_value = models.BooleanField(help_text="Whether another customer has or had the same email or phone")
    opportunity_phase = models.PositiveBigIntegerField(
        db_default=0, help_text="Of an open opportunity; 0 says nothing about opportunities"
    )
    closing_reason = models.PositiveBigIntegerField(
        db_default=0, help_text="Of a closed opportunity; 0 says nothing about opportunities"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("opportunity_phase", "closing_reason", "country", "data_source"),
                    *("billing_status", "lead_status", "account_type", "lead_phase", "shares_value"),
                ],
                name="filtercombination_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.billing_status} {self.lead_status}"


class CombinationMember(models.Model):
    """A live customer with a combination. Derived.

    There is one for each data source of the customer, and again for each phase and each closing reason.

    No act writes it: the clock does, soon after. So whoever reads it also asks who changed since
    (`customers/search/together.py`), and then whether each customer passes.
    """

    derived = True

    # Not a constraint: then a customer could not be deleted before the clock has seen it.
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, editable=False
    )
    combination = models.ForeignKey(FilterCombination, models.CASCADE, related_name="members", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "combination"], name="combinationmember_once"),
        ]
        indexes = [
            # Who has a combination. It holds the whole answer.
            models.Index(fields=["combination", "customer"], name="combinationmember_found"),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id}, combination {self.combination_id}"


class FilterProgress(models.Model):
    """How far the combinations are up to date: one row. Earlier versions left another, which nothing reads."""

    noted_to = models.DateTimeField(help_text="Customers who changed before this have their combinations")
    # None when all customers have been gone through.
    next_customer = models.BigIntegerField(null=True, default=0)
    # Or since `discard`.
    is_complete = models.BooleanField(default=False, help_text="Whether all have been gone through once, ever")

    def __str__(self) -> str:
        return f"Combinations up to {self.noted_to}"

    @classmethod
    def begin_anew(cls) -> None:
        """All customers once more; what is noted of them counts until then."""
        cls._default_manager.update(next_customer=0)

    @classmethod
    def discard(cls) -> None:
        """All customers once more; what is noted of them counts no longer, and filters are asked alone until then."""
        cls._default_manager.update(next_customer=0, is_complete=False)
