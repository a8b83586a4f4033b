from django.apps import AppConfig


class PersonalDataConfig(AppConfig):
    name = "crm.personal_data"

    def ready(self) -> None:
        from crm.personal_data import job  # noqa: F401 - it registers the kind of jobs
