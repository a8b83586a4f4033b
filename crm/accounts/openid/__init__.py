"""Signing in at a company's own provider by OpenID Connect (docs/decisions/0063).

`provider.py` asks the provider and verifies what it answers, `identities.py` says whose user that is, `group_roles.py`
what groups of the provider grant.
"""

from django.conf import settings

from customers.lib.errors import ActionError


class OpenIDError(ActionError):
    pass


def is_set_up() -> bool:
    return bool(settings.OIDC_ISSUER)


def provider_name() -> str:
    """What the provider is called on pages; "" without one."""
    return str(settings.OIDC_NAME) if is_set_up() else ""


def is_only_way() -> bool:
    """Whether passwords and passkeys no longer sign in."""
    return is_set_up() and bool(settings.OIDC_ONLY)
