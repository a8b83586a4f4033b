"""What Home tells a new installation to do next: each step only to who may do it, ticked when it is done.

The list goes away when all of it is done, or when its reader dismisses it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists
from django.urls import reverse

from crm.accounts.key_revocation import usable
from crm.accounts.models import ApiKey, User
from crm.imports.forms.file import FileForm
from crm.imports.steps import visible_imports
from crm.imports.uploads import largest_file
from crm.jobs.clock import is_worker_missing
from crm.permissions import MANAGE_USERS, USE_API
from customers.models import Customer, DataSource
from orders.models import Import
from orders.permissions import RUN_IMPORT


@dataclass(frozen=True)
class SetupStep:
    title: str
    text: str
    is_done: bool
    address: str = ""
    link: str = ""
    has_file: bool = False
    """Whether the field for the file stands in it."""


@dataclass(frozen=True)
class FirstSteps:
    steps: Sequence[SetupStep]
    form: FileForm
    largest: str
    begun: Import | None
    """A file that was sent and is not imported yet."""

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def following(self) -> SetupStep:
        return next(step for step in self.steps if not step.is_done)


@dataclass(frozen=True)
class SetupState:
    """What there is already; one statement asks for all of it."""

    customers: bool
    sources: bool
    keys: bool
    others: bool


def first_steps(user: User) -> FirstSteps | None:
    """None for who dismissed them, may do none of them, or has done them all."""
    if user.has_dismissed_steps or not any(map(user.has_perm, (RUN_IMPORT, MANAGE_USERS))):
        return None
    steps = [*_steps(user, _state(user))]
    if all(step.is_done for step in steps):
        return None
    begun = visible_imports(user).order_by("-pk").first() if user.has_perm(RUN_IMPORT) else None
    return FirstSteps(steps, FileForm(), largest_file(), begun)


def dismiss(user: User) -> None:
    User.objects.filter(pk=user.pk).update(has_dismissed_steps=True)


def _state(user: User) -> SetupState:
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    there_is = (Customer.objects.all(), DataSource.objects.all(), usable(ApiKey.objects.all()), others)
    row = User.objects.filter(pk=user.pk).values_list(*map(Exists, there_is)).get()
    return SetupState(*row)


def _steps(user: User, state: SetupState) -> Iterator[SetupStep]:
    if user.has_perm(RUN_IMPORT):
        has_worker = not is_worker_missing()
        text = "A worker is running." if has_worker else "Imports wait until an administrator starts one."
        yield SetupStep("Start a worker", text, has_worker, reverse("help:page", args=["setup"]), "How to set up")
        text = "Possible duplicates appear right after."
        yield SetupStep("Import customers", text, state.customers, has_file=True)
        text = "Orders and leads then arrive automatically: fetched by a pull, or sent through the API."
        yield SetupStep("Connect a data source", text, state.sources, reverse("pulls:add"), "Add pull")
    if user.has_perm(USE_API):
        text = "A program needs one to send orders and leads through the API."
        yield SetupStep("Create an API key", text, state.keys, reverse("accounts:own_key_add"), "Create API key")
    if user.has_perm(MANAGE_USERS):
        text = "Each with their own permissions."
        yield SetupStep("Add users", text, state.others, reverse("accounts:add"), "Add user")
        text = "For forgotten passwords and notices. An administrator sets it."
        yield SetupStep(
            "Set up email", text, settings.EMAIL_IS_SET_UP, reverse("help:page", args=["setup"]), "How to set up"
        )
