"""The password of a pull, which is stored encrypted."""

from django.views.decorators.debug import sensitive_variables

from crm.pulls.errors import PullError
from crm.pulls.models import Pull
from crm.webhooks.signing import SecretUnreadableError, decrypt


@sensitive_variables("password")
def password_of(pull: Pull) -> str:
    try:
        password = decrypt(pull.encrypted)
    except SecretUnreadableError:
        raise PullError("The password cannot be read since SECRET_KEY was changed. Enter it again.") from None
    return password
