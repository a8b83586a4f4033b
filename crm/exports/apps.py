from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "crm.exports"

    def ready(self) -> None:
        from crm.exports import job  # noqa: F401 - it registers the kinds of jobs
