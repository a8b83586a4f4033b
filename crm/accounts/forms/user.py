from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from crm.accounts import grant
from crm.accounts.checkboxes import ALL_PERMISSIONS, GROUPS, Checkbox, checkboxes
from crm.accounts.forms.passwords import RevokeKeysField
from crm.accounts.key_revocation import keys_known_to
from crm.accounts.models import LONGEST_LOGIN, User
from crm.accounts.openid import identities, provider_name
from crm.accounts.roles import CUSTOM, ROLES, Role, role_of
from crm.accounts.user_permissions import direct_permissions, effective_permissions
from customers.web.fields import choice_field


class AccountForm(forms.ModelForm[User]):
    full_name = forms.CharField(max_length=150, required=False)
    password = forms.CharField(
        label="Password",
        help_text="At least 12 characters. Leave empty to create a link with which the user sets a password.",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    class Meta:
        model = User
        fields = ["username", "email", "is_active"]
        labels = {"username": "User name", "email": "Email", "is_active": "Active"}
        help_texts = {"username": "", "is_active": ""}
        widgets = {"username": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("full_name", self.instance.get_full_name())
        if self.instance.pk:
            self.fields["password"].label = "New password"
            self.fields["password"].help_text = "At least 12 characters. Leave empty to keep the current password."

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if len(username) > LONGEST_LOGIN and "username" in self.changed_data:
            raise ValidationError(f"Use {LONGEST_LOGIN} characters or fewer. API clients cannot send a longer name.")
        if grant.is_username_taken(username, but=self.instance):
            raise ValidationError("A user with this name already exists. Upper and lower case make no difference.")
        return username

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, in which the instance gets what was typed
        first, _, last = self.cleaned_data.get("full_name", "").partition(" ")
        self.instance.first_name, self.instance.last_name = first, last.strip()
        if password := self.cleaned_data.get("password"):
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)


class UserForm(AccountForm):
    """Create and Edit User: the account, and one checkbox per permission."""

    role = forms.ChoiceField(help_text="A role ticks a set of permissions below. You can change any of them.")
    # The permissions when the page was made: only changes made on it are granted or revoked.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["username", "full_name", "email", "password", "is_active", "revoke_keys", "role"]

    def __init__(self, data: Mapping[str, Any] | None = None, *, by: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        is_saved = self.instance.pk is not None
        self.granted = frozenset(direct_permissions(self.instance)) & ALL_PERMISSIONS if is_saved else frozenset[str]()
        self.is_own = self.instance == by
        self.beyond = grant.permissions_beyond(self.instance, by=by) if is_saved else []
        self.granted_by_group = (
            self.instance.get_group_permissions() if is_saved and not self.instance.is_superuser else set()
        )
        self.granted_by_provider = identities.granted_to(self.instance) if is_saved else frozenset()
        self.grantable = effective_permissions(by)
        if is_saved and not self.is_own and (keys := list(keys_known_to(self.instance))):
            self.fields["revoke_keys"] = RevokeKeysField(keys, owner=self.instance)
        self._fill()
        self._disable()

    def _fill(self) -> None:
        roles = [role for role in ROLES if role.ticks <= self.grantable or role == role_of(self.granted)]
        choice_field(self, "role").choices = [(role.name, role.label) for role in (CUSTOM, *roles)]
        self.initial["role"] = role_of(self.granted).name
        self.initial["seen"] = " ".join(sorted(self.granted))
        for checkbox in checkboxes():
            self.fields[checkbox.slug] = self._checkbox(checkbox)
            self.initial[checkbox.slug] = checkbox.permission in self.granted

    def _disable(self) -> None:
        """Disable the fields that may not be changed. Values sent for them are ignored."""
        if self.is_own:
            del self.fields["password"]
        disabled = {box.slug for box in checkboxes() if self.is_own or box.permission not in self.grantable}
        disabled |= {"role", "is_active"} if self.is_own else set()
        for name in self.fields if self.beyond else disabled:
            self.fields[name].disabled = True

    def _checkbox(self, checkbox: Checkbox) -> forms.BooleanField:
        roles = " ".join(role.name for role in ROLES if checkbox.permission in role.ticks)
        notes = ["Also granted by a group"] if checkbox.permission in self.granted_by_group else []
        if checkbox.permission in self.granted_by_provider:
            notes.append(f"Granted by a group at {provider_name()}: revoked here, it returns with the next sign-in")
        notes += (
            []
            if self.is_own or checkbox.permission in self.grantable
            else ["You cannot change it because you do not have it"]
        )
        return forms.BooleanField(
            label=checkbox.label,
            help_text=". ".join([checkbox.help_text, *notes]),
            required=False,
            widget=forms.CheckboxInput(attrs={"data-roles": roles}),
        )

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        for heading, group in GROUPS.items():
            yield heading, [self[checkbox.slug] for checkbox in group]

    @property
    def changes_anything(self) -> bool:
        fields = {"username", "full_name", "email", "password", "is_active", "revoke_keys"}
        return bool(
            self.cleaned_data["granted"] or self.cleaned_data["revoked"] or fields.intersection(self.changed_data)
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors.pop("seen", None):
            # No field of the page: a link in the message would lead nowhere.
            self.add_error(None, "The form was not complete. Load the page again.")
        seen = ALL_PERMISSIONS.intersection(cleaned.get("seen", "").split()) if "seen" in self.data else self.granted
        ticked = frozenset(box.permission for box in checkboxes() if cleaned.get(box.slug))
        role = next((role for role in ROLES if role.name == cleaned.get("role")), CUSTOM)
        chosen = self._chosen(role, seen=seen, ticked=ticked)
        return cleaned | {"granted": chosen - seen, "revoked": seen - chosen}

    def _chosen(self, role: Role, *, seen: frozenset[str], ticked: frozenset[str]) -> frozenset[str]:
        """The ticked permissions; without a script, those of the chosen role."""
        if role in {CUSTOM, role_of(seen), role_of(ticked)}:
            return ticked
        if ticked != seen:
            message = f"The role {role.label} has other permissions than you ticked. To keep yours, choose Custom."
            self.add_error("role", message)
        return role.ticks
