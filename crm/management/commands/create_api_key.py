from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.accounts import api_keys
from crm.accounts.forms.api_key import KeyForm
from crm.accounts.models import User


class Command(BaseCommand):
    help = "Creates an API key and prints it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="the API client that uses it")
        parser.add_argument(
            "--address",
            action="append",
            default=[],
            help="an IP address or network from which it is accepted; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}. No key was created.")
        form = KeyForm({"name": options["name"], "addresses": "\n".join(options["address"])})
        if not form.is_valid():
            raise CommandError(" ".join(str(message) for messages in form.errors.values() for message in messages))
        try:
            _, token = api_keys.create(
                user, name=form.cleaned_data["name"], addresses=form.cleaned_data["addresses"], by=None
            )
        except api_keys.KeyRefusedError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(token)
