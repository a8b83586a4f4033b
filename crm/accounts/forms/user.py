from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from crm.accounts import grant
from crm.accounts.models import User
from crm.accounts.permissions import (
    CUSTOM,
    EVERYTHING,
    GROUPS,
    ROLES,
    Functionality,
    Role,
    direct,
    listed,
    permissions_by_app,
    role_of,
)
from customers.web.fields import choice_field


class AccountForm(forms.ModelForm[User]):
    full_name = forms.CharField(max_length=150, required=False)
    password = forms.CharField(
        label="Password",
        help_text="At least 10 characters. Leave empty to create a link with which the user sets a password.",
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
            self.fields["password"].help_text = "At least 10 characters. Leave empty to keep the current password."

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if grant.is_taken(username, but=self.instance):
            raise ValidationError("A user with this name already exists. Upper and lower case make no difference.")
        return username

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, where the instance first has what was typed
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
    field_order = ["username", "full_name", "email", "password", "is_active", "role"]

    def __init__(self, data: Mapping[str, Any] | None = None, *, by: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        saved = self.instance.pk is not None
        self.held = frozenset(direct(self.instance)) & EVERYTHING if saved else frozenset[str]()
        self.own = self.instance == by
        self.beyond = grant.beyond(self.instance, by=by) if saved else []
        self.by_group = self.instance.get_group_permissions() if saved and not self.instance.is_superuser else set()
        self.mine = permissions_by_app(by)
        self._fill()
        self._close()

    def _fill(self) -> None:
        roles = [role for role in ROLES if role.ticks <= self.mine or role == role_of(self.held)]
        choice_field(self, "role").choices = [(role.name, role.label) for role in (CUSTOM, *roles)]
        self.initial["role"] = role_of(self.held).name
        self.initial["seen"] = " ".join(sorted(self.held))
        for each in listed():
            self.fields[each.slug] = self._checkbox(each)
            self.initial[each.slug] = each.permission in self.held

    def _close(self) -> None:
        """Disable what may not be changed. Values sent for it are ignored."""
        if self.own:
            del self.fields["password"]
        closed = {each.slug for each in listed() if self.own or each.permission not in self.mine}
        closed |= {"role", "is_active"} if self.own else set()
        for name in self.fields if self.beyond else closed:
            self.fields[name].disabled = True

    def _checkbox(self, each: Functionality) -> forms.BooleanField:
        roles = " ".join(role.name for role in ROLES if each.permission in role.ticks)
        notes = ["Also granted by a group"] if each.permission in self.by_group else []
        notes += [] if self.own or each.permission in self.mine else ["You cannot change it because you do not have it"]
        return forms.BooleanField(
            label=each.label,
            help_text=". ".join([each.sentence, *notes]),
            required=False,
            widget=forms.CheckboxInput(attrs={"data-roles": roles}),
        )

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        for heading, group in GROUPS.items():
            yield heading, [self[each.slug] for each in group]

    @property
    def is_otherwise(self) -> bool:
        """Whether a valid form asks for anything that was not so before."""
        fields = {"username", "full_name", "email", "password", "is_active"}
        return bool(self.cleaned_data["given"] or self.cleaned_data["taken"] or fields.intersection(self.changed_data))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = EVERYTHING.intersection(cleaned["seen"].split()) if "seen" in self.data else self.held
        ticked = frozenset(each.permission for each in listed() if cleaned.get(each.slug))
        role = next((role for role in ROLES if role.name == cleaned.get("role")), CUSTOM)
        wanted = self._wanted(role, seen=seen, ticked=ticked)
        return cleaned | {"given": wanted - seen, "taken": seen - wanted}

    def _wanted(self, role: Role, *, seen: frozenset[str], ticked: frozenset[str]) -> frozenset[str]:
        """The boxes as they are ticked, or those of a role that was chosen where no script could tick them."""
        if role in {CUSTOM, role_of(seen), role_of(ticked)}:
            return ticked
        if ticked != seen:
            message = f"The role {role.label} has other permissions than you ticked. To keep yours, choose Custom."
            self.add_error("role", message)
        return role.ticks
