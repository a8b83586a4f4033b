from django.apps import AppConfig
from django.core import checks


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm.api.profile_fields import check_dialects
        from crm.checks import (
            check_cache,
            check_encryption_keys,
            check_lock_table,
            check_metrics_token,
            check_openid,
            check_second_factor,
            check_session,
            check_shared_limits,
        )
        from crm.http.fault_reports import start_fault_reports

        start_fault_reports()
        checks.register(check_dialects)
        checks.register(check_openid)
        checks.register(check_session, checks.Tags.database)
        checks.register(check_lock_table, checks.Tags.database)
        checks.register(check_cache, checks.Tags.database)
        checks.register(check_shared_limits, checks.Tags.security, deploy=True)
        checks.register(check_second_factor, checks.Tags.security, deploy=True)
        checks.register(check_encryption_keys, checks.Tags.security, deploy=True)
        checks.register(check_metrics_token, checks.Tags.security, deploy=True)
