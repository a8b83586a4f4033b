from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.encrypted_columns import rotate_secrets


class Command(BaseCommand):
    help = "Encrypts all stored secrets with the first of ENCRYPTION_KEYS, so that older keys can be thrown away."

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for done in rotate_secrets():
            unreadable += done.unreadable
            line = f"{done.column}: {done.checked} checked, {done.rewritten} encrypted anew"
            self.stdout.write(line + (f", {done.unreadable} cannot be read" if done.unreadable else ""))
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets cannot be read with any of the keys and stay as they are. Add the key that they"
                " were encrypted with to ENCRYPTION_KEYS or SECRET_KEY_FALLBACKS, or enter them again."
            )
