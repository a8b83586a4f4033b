from django.apps import AppConfig


class PullsConfig(AppConfig):
    name = "crm.pulls"

    def ready(self) -> None:
        from crm.pulls import job  # noqa: F401 - it registers the kind of job
