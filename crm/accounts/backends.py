"""How Django asks for a user and their permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from crm.accounts.models import User
from crm.accounts.user_permissions import granted_permissions, user_with_permissions


class SingleQueryBackend(ModelBackend):
    """Reads a user with all their permissions in one statement (why: `crm.accounts.user_permissions`)."""

    def get_user(self, user_id: int) -> User | None:
        user = user_with_permissions(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Any = None) -> set[str]:
        if not isinstance(user_obj, User) or not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if user_obj.permission_cache is None:
            user_obj.permission_cache = granted_permissions(user_obj)
        return user_obj.permission_cache
