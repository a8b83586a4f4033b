from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from crm.accounts.models import User
from crm.demo import users
from crm.demo.build import DemoError, build_demo, describe_demo, is_built


class Command(BaseCommand):
    help = "Creates a sample store full of duplicates, and three users. Running it again adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default="", help="for all three users, including existing ones")
        parser.add_argument("--anyway", action="store_true", help="run although DEVELOPMENT is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEVELOPMENT or options["anyway"]):
            raise CommandError(
                "Nothing was added. DEVELOPMENT is off, so this may be a production database. To fill it, use --anyway."
            )
        self.verbosity: int = options["verbosity"]
        self.refuse_weak(options["password"])
        try:
            exists = is_built()
        except DemoError as error:
            raise CommandError(str(error)) from None
        # In one transaction, so that every password that is set is also shown.
        with transaction.atomic():
            passwords = users.create_users(options["password"])
            if not exists:
                admin = User.objects.get(username="admin")
                build_demo(by=User.objects.get(username="agent"), admin=admin, say=self.say)
                users.create_more_staff(by=admin)
        self.stdout.write("The demo already exists. Nothing was added." if exists else "Demo created.")
        for line in (*describe_demo(), "Sign in as:", *users.describe_users(passwords)):
            self.stdout.write(line)
        if passwords and not options["password"]:
            self.stdout.write("These passwords are shown only once. Use --password to set others.")

    def say(self, step: str) -> None:
        """On stderr, so that what the command prints at the end can be kept until it is read."""
        if self.verbosity:
            self.stderr.write(step)

    def refuse_weak(self, password: str) -> None:
        """In development any password is allowed."""
        if password and not settings.DEVELOPMENT:
            try:
                users.validate_demo_password(password)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None
