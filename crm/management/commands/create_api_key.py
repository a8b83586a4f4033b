from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.accounts import api_keys
from crm.accounts.forms.api_key import ALL, READ, SELECTED, KeyForm
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

        parser.add_argument("--read-only", action="store_true", help="it can read, and change nothing")
        parser.add_argument(
            "--permission",
            action="append",
            default=[],
            help="such as customers.view_customer: it has no others of its user's; may be repeated",
        )
        parser.add_argument("--ends", default="", help="the last day on which it is accepted, such as 2027-11-30")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}. No key was created.")
        typed = {
            "name": options["name"],
            "addresses": "\n".join(options["address"]),
            "scope": READ if options["read_only"] else SELECTED if options["permission"] else ALL,
            "permissions": options["permission"],
            "ends": options["ends"],
        }
        form = KeyForm(typed, owner=user)
        if not form.is_valid():
            raise CommandError(" ".join(str(message) for messages in form.errors.values() for message in messages))
        values = form.cleaned_data
        try:
            _, token = api_keys.create(
                user,
                name=values["name"],
                addresses=values["addresses"],
                scope=form.chosen_scope,
                ends=form.end,
                by=None,
            )
        except api_keys.KeyRefusedError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(token)
