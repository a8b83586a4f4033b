from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.accounts.factors.overview import FactorError, reset_factors
from crm.accounts.models import User


class Command(BaseCommand):
    help = "Removes the passkeys, the authenticator app and the recovery codes of a user who has lost them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}. Nothing was reset.")
        try:
            reset_factors(user, by=None)
        except FactorError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{user.username} signs in with the password alone, until a new factor is added.")
