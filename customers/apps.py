from django.apps import AppConfig
from django.core import checks


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from customers.checks import check_links

        checks.register(check_links, checks.Tags.models)
