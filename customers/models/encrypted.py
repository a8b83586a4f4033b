from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class EncryptedField(TextField):
    """A secret that has to be read again, as `encrypt` of `customers.lib.secrets.encryption` made it for `purpose`.

    Reading the row decrypts nothing: only who needs the secret does. `manage.py rotate_secrets` finds all such columns
    by this class.
    """

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}
