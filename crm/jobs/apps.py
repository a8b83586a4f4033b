from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "crm.jobs"

    def ready(self) -> None:
        from crm.jobs import kinds  # noqa: F401 - each module of it registers a kind
