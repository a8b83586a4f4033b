"""Encrypts the tokens that were stored as they came."""

from collections.abc import Callable

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from customers.lib.batches import BATCH
from customers.lib.secrets.encryption import UnreadableError, decrypt, encrypt

PURPOSE = "customers.payment_tokens"


def hide(token: str) -> str:
    try:
        decrypt(token, purpose=PURPOSE)
    except UnreadableError:
        return encrypt(token, purpose=PURPOSE)
    return token  # by a run that was broken off


def show(token: str) -> str:
    return decrypt(token, purpose=PURPOSE)


def rewrite(apps: Apps, change: Callable[[str], str]) -> None:
    PaySource = apps.get_model("customers", "PaySource")
    last = 0
    while batch := list(
        PaySource.objects.filter(pk__gt=last).exclude(encrypted_token="").order_by("pk").only("encrypted_token")[:BATCH]
    ):
        last = batch[-1].pk
        for row in batch:
            row.encrypted_token = change(row.encrypted_token)
        PaySource.objects.bulk_update(batch, ["encrypted_token"])


def encrypt_tokens(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rewrite(apps, hide)


def decrypt_tokens(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rewrite(apps, show)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0035_encrypted_token"),
    ]

    operations = [
        migrations.RunPython(encrypt_tokens, decrypt_tokens),
    ]
