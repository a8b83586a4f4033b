"""Ten codes, each of which signs the user in once when their devices are lost. They are shown once, and kept hashed."""

import base64
import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from crm.accounts import changes
from crm.accounts.models import RecoveryCode, User

CODES = 10
RANDOM_BYTES = 10  # 16 letters
GROUP = 4


@transaction.atomic
def create_codes(user: User) -> Sequence[str]:
    """New codes; the old ones end."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    codes = [base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode() for _ in range(CODES)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in codes)
    changes.write(user, "Recovery codes created.", by=user)
    return ["-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP)) for code in codes]


@sensitive_variables("typed")
@transaction.atomic
def use_code(user: User, typed: str) -> bool:
    """False if it is none of theirs, or was used. Capitals, spaces and hyphens make no difference."""
    code = "".join(filter(str.isalnum, typed)).upper()
    unused = user.recovery_codes.filter(digest=_digest(code), used=None)
    if not unused.update(used=timezone.now()):
        return False
    changes.write(user, "Signed in with a recovery code.", by=user, tells_user=True)
    return True


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()
