"""Tags and attributes."""

from django.db import models

from customers.lib.identity import label_key
from customers.models.source import LinkedRow


class Tag(LinkedRow):
    """A word on a customer. `removed` on the home record hides the same word on every other record."""

    name = models.CharField(max_length=60)
    removed = models.BooleanField(default=False)

    class Meta(LinkedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["source_record", "name"], name="tag_once_a_record")]

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> str:
        """By which two are the same: the name, however it is spelled."""
        return label_key(self.name)


class AttributeKind(models.TextChoices):
    STRING = "string", "Text"
    INTEGER = "integer", "Whole number"
    DECIMAL = "decimal", "Number"
    TIMESTAMP = "timestamp", "Time"
    BOOLEAN = "boolean", "Yes or no"


class Attribute(LinkedRow):
    """A named, typed value on a customer. On one name the home record wins, then the order of attachment."""

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
        """By which two are the same: programs read it, so a name is what it is, letter by letter."""
        return self.name
