from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField


class ExactCharField(CharField):
    """A text with an index that is only looked up whole.

    For a varchar with an index Django makes a second one on PostgreSQL, to search by LIKE. It goes by the name of the
    type, which PostgreSQL knows by another one, too.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        db_type = super().db_type(connection)
        if connection.vendor != "postgresql" or db_type is None:
            return db_type
        return db_type.replace("varchar", "character varying")
