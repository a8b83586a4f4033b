"""Which model finds likely duplicates: the one that ships, or one that was trained on this site’s customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.errors import ActionError
from customers.matching.likely.model import Model, read_model, shipped_model
from customers.models import TrainedModel

if TYPE_CHECKING:
    from crm.accounts.models import User


class ModelError(ActionError):
    """The model cannot be used."""


def trained_model_in_use() -> TrainedModel | None:
    return TrainedModel.objects.filter(in_use=True).first()


def model_in_use() -> Model:
    trained = trained_model_in_use()
    return read_model(trained.values) if trained else shipped_model()


@transaction.atomic
def use_model(pk: int | None, *, by: User | None) -> None:
    """Use the trained model, or None for the one that ships, from the next scan on."""
    models = {model.pk: model for model in TrainedModel.objects.select_for_update()}
    if pk is not None and pk not in models:
        raise ModelError("This model does not exist any more. Choose another one.")
    if models[pk].in_use if pk else not any(model.in_use for model in models.values()):
        raise ModelError("This model is in use already.")
    TrainedModel.objects.filter(in_use=True).update(in_use=False)
    if pk is not None:
        TrainedModel.objects.filter(pk=pk).update(in_use=True, note="")
    name = models[pk].version if pk else "that ships"
    audit_entry(AuditAction.MATCHING, f"Likely duplicates are found by the model {name}.", by=by).save()
