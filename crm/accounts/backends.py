"""How it is found out what a user may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from crm.accounts.models import User
from crm.accounts.permissions import held_permissions


class SingleQueryBackend(ModelBackend):
    """Asks for what a user is given and for what their groups give at once, because every request wants both."""

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Any = None) -> set[str]:
        if not isinstance(user_obj, User) or not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if user_obj.held is None:
            user_obj.held = held_permissions(user_obj)
        return user_obj.held
