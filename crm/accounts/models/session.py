from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string


class Session(AbstractBaseSession):
    """A browser's session; `user` is who is signed in, `last_seen` is known to the minute.

    Both are columns, not data, so that one's sessions can be listed, and that the statement that reads the session also
    says whether it was idle for too long.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    last_seen = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store
