from django.apps import AppConfig
from django.core import checks


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm.api.profile_fields import check_dialects
        from crm.checks import check_session

        checks.register(check_dialects)
        checks.register(check_session, checks.Tags.database)
