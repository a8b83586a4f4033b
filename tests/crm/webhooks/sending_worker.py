"""A worker that only sends webhooks, to this machine."""

from ipaddress import ip_network

import django


def main() -> None:
    django.setup()
    from django.conf import settings

    from crm.webhooks.deliver import deliver_due

    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    deliver_due()


if __name__ == "__main__":
    main()
