"""What Home shows of an installation without customers: the way to the first possible duplicates."""

from dataclasses import dataclass

from crm.accounts.models import User
from crm.accounts.permissions import MANAGE_USERS
from crm.imports.forms.file import FileForm
from crm.imports.steps import visible_imports
from crm.imports.uploads import largest_file
from crm.jobs.clock import is_worker_missing
from orders.models import Import
from orders.permissions import RUN_IMPORT


@dataclass(frozen=True)
class FirstSteps:
    form: FileForm
    largest: str
    has_worker: bool
    users: int | None
    """None where the reader may not add any."""
    begun: Import | None
    """A file that was sent and is not imported yet."""


def first_steps(user: User) -> FirstSteps | None:
    """None for users who may not import."""
    if not user.has_perm(RUN_IMPORT):
        return None
    users = User.objects.count() if user.has_perm(MANAGE_USERS) else None
    begun = visible_imports(user).order_by("-pk").first()
    return FirstSteps(FileForm(), largest_file(), not is_worker_missing(), users, begun)
