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
        message = "The password cannot be read since the key of stored secrets was changed. Enter it again."
        raise PullError(message) from None
    return password
