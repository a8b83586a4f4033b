"""What the open opportunities of each lead phase come to, kept as changes that are added up."""

from __future__ import annotations

from django.db import models


class PhaseSum(models.Model):
    """What open opportunities of a lead phase come to in one currency, or by how much an act changed that.

    All rows of a phase and a currency are added up. Acts only insert, so that none waits for another; the clock puts
    rows together. `phase` is None for stages outside the list, `weighted` is the amount times the likelihood in
    percent. Derived from `Opportunity` (`customers.totals.phase_sums`).
    """

    phase = models.ForeignKey("LeadPhase", models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    opportunities = models.IntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=3)
    weighted = models.DecimalField(max_digits=22, decimal_places=3)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.opportunities} of phase {self.phase_id} in {self.currency}"
