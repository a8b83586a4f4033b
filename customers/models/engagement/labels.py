"""Tags and attributes."""

from django.db import models

from customers.lib.names import label_key
from customers.models.linked import LinkedRow


class Tag(LinkedRow):
    """A word on a customer. `removed` on the staff record hides the same word on every other record."""

    name = models.CharField(max_length=60)
    removed = models.BooleanField(default=False)

    class Meta(LinkedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["source_record", "name"], name="tag_once_a_record")]

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> str:
        # Two tags with the same word are one, however spelled.
        return label_key(self.name)


class AttributeKind(models.TextChoices):
    STRING = "string", "Text"
    INTEGER = "integer", "Whole number"
    DECIMAL = "decimal", "Number"
    TIMESTAMP = "timestamp", "Time"
    BOOLEAN = "boolean", "Yes or no"


class Attribute(LinkedRow):
    """A named, typed value on a customer.

    Of several with one name, the one on the staff record counts, otherwise the one on the record attached first.
    """

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=AttributeKind)
    value = models.TextField(blank=True)
    removed = models.BooleanField(default=False)

    class Meta(LinkedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["source_record", "name"], name="attribute_once_a_record")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"

    @property
    def word(self) -> str:
        # API clients read attributes by name, so two spellings are two attributes.
        return self.name
