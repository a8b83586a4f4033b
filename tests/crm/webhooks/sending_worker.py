"""A worker that only sends webhooks, to this machine."""

from ipaddress import ip_network

from django.conf import settings

from crm.webhooks.deliver import deliver_due


def main() -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    deliver_due()
