from crm.webhooks.models.delivery import TEST, Attempt, Delivery, DeliveryState
from crm.webhooks.models.endpoint import SECRETS, EndpointQuerySet, EndpointSecret, WebhookEndpoint
from crm.webhooks.models.replay import Replay

__all__ = [
    "SECRETS",
    "TEST",
    "Attempt",
    "Delivery",
    "DeliveryState",
    "EndpointQuerySet",
    "EndpointSecret",
    "Replay",
    "WebhookEndpoint",
]
