from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from crm.accounts.models import User
from crm.demo import making, office, users


class Command(BaseCommand):
    help = "Fills the database with a sample store full of duplicates, and three users. Does so once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default="", help="for all three users, also those who are there already")
        parser.add_argument("--anyway", action="store_true", help="also where DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or options["anyway"]):
            raise CommandError("DEBUG is off, so this may be a database that people work with. --anyway fills it.")
        self.refuse_weak(options["password"])
        try:
            is_made = making.is_made()
        except making.DemoError as error:
            raise CommandError(str(error)) from None
        # Together, so that nobody is left with a password that was never shown.
        with transaction.atomic():
            made = users.make(options["password"])
            if not is_made:
                making.make(by=User.objects.get(username="agent"))
                office.staff(by=User.objects.get(username="admin"))
        self.stdout.write("The demo is there already. Nothing was added." if is_made else "The demo is made.")
        for line in (*making.lines(), "Sign in as:", *users.lines(made)):
            self.stdout.write(line)
        if made and not options["password"]:
            self.stdout.write("These passwords are shown this once; --password sets others.")

    def refuse_weak(self, password: str) -> None:
        """On a machine of one's own any password will do."""
        if password and not settings.DEBUG:
            try:
                users.check(password)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None
