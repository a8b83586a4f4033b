"""What groups of the provider grant, by OIDC_GROUP_ROLES: the name of a role, or a list of permissions.

Never more than Edit User has checkboxes for: nobody becomes a superuser by a group.
"""

from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.roles import ROLES

TICKS = {role.name: role.ticks for role in ROLES}


def is_mapped(groups: Iterable[str]) -> bool:
    return not _mapping().keys().isdisjoint(groups)


def permissions_of(groups: Iterable[str]) -> frozenset[str]:
    mapping = _mapping()
    return frozenset().union(*(_granted(mapping[group]) for group in groups if group in mapping))


def unknown_grants() -> Iterator[str]:
    """What the setting names and is neither a role nor a list of permissions."""
    for group, grants in _mapping().items():
        if isinstance(grants, str) and grants not in TICKS:
            yield f"{group}: {grants}"
        elif isinstance(grants, list):
            yield from (f"{group}: {name}" for name in grants if name not in ALL_PERMISSIONS)
        elif not isinstance(grants, str):
            yield group


def _granted(grants: object) -> frozenset[str]:
    if isinstance(grants, str):
        return TICKS.get(grants, frozenset())
    return ALL_PERMISSIONS.intersection(grants) if isinstance(grants, list) else frozenset()


def _mapping() -> Mapping[str, object]:
    mapping: Mapping[str, object] = settings.OIDC_GROUP_ROLES
    return mapping
