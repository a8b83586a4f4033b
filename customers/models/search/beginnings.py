"""What the words of very many customers begin with, and who they are, as bits that a search puts together."""

from datetime import datetime

from django.db import models

from customers.models.exact import ExactCharField


class FrequentBeginning(models.Model):
    """What the search words of so many customers begin with that a search does not read them one by one. Derived.

    `docs/decisions/0112-customers-of-frequent-words-are-bits.md` has the reasons.
    """

    derived = True

    text = ExactCharField(max_length=60, unique=True)
    is_complete = models.BooleanField(default=False, help_text="Whether its blocks have everybody")

    def __str__(self) -> str:
        return self.text


class BeginningBlock(models.Model):
    """Which customers of a block have a word that begins so, as `customers/search/bits.py` writes them. Derived.

    A block is so many customers by their number. No act writes it: the clock adds who changed, soon after. Who has the
    word no longer, or was merged, stays until the next pass over all customers; who was erased is taken out as soon.
    """

    derived = True

    beginning = models.ForeignKey(FrequentBeginning, models.CASCADE, related_name="blocks", db_index=False)
    block = models.PositiveIntegerField()
    customers = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["beginning", "block"], name="beginningblock_once"),
        ]

    def __str__(self) -> str:
        return f"beginning {self.beginning_id}, block {self.block}"


class BeginningProgress(models.Model):
    """How far the blocks are up to date: one row."""

    noted_to = models.DateTimeField(help_text="Who changed before this is in the blocks")
    began = models.DateTimeField(help_text="When the last pass over all customers began")
    # None when all have been gone through.
    next_block = models.PositiveIntegerField(null=True, default=0)
    exact_to: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, help_text="Who has not changed since is in no block by mistake; none before the first pass ended"
    )

    def __str__(self) -> str:
        return f"Beginnings up to {self.noted_to}"

    @classmethod
    def begin_anew(cls) -> None:
        """All customers once more; nobody is sure to be in the right blocks until then."""
        cls._default_manager.update(began=models.F("noted_to"), next_block=0, exact_to=None)
