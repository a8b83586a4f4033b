from collections.abc import Iterator, Mapping
from typing import Any, Self

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from crm.accounts import functionalities
from crm.accounts.functionalities import CUSTOM, GROUPS, ROLES, Functionality, role_of
from crm.accounts.models import User


class SignInForm(AuthenticationForm):
    username = UsernameField(label="User name", max_length=150)
    error_messages = {
        "invalid_login": "The user name or the password is wrong. Capital letters count in both.",
        "inactive": "The user name or the password is wrong. Capital letters count in both.",
    }


class AccountForm(forms.ModelForm[User]):
    full_name = forms.CharField(max_length=150, required=False)
    password = forms.CharField(
        label="Password",
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    class Meta:
        model = User
        fields = ["username", "email", "is_active"]
        labels = {"username": "User name", "email": "E-mail", "is_active": "May sign in"}
        help_texts = {"username": "", "is_active": ""}
        widgets = {"username": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("full_name", self.instance.get_full_name())
        if self.instance.pk:
            self.fields["password"].label = "New password"
            self.fields["password"].help_text = "Leave empty to keep the present one. At least 10 characters."
            self.fields["password"].required = False

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
    """Create and Edit User: the account, and one checkbox for each functionality."""

    role = forms.ChoiceField(
        choices=[(role.name, role.label) for role in (CUSTOM, *ROLES)],
        help_text="A role ticks a set of boxes below. You can change any of them.",
    )
    field_order = ["username", "full_name", "email", "password", "is_active", "role"]

    def __init__(self, data: Mapping[str, Any] | None = None, *, by: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        saved = self.instance.pk is not None
        held = functionalities.direct(self.instance) if saved else set()
        self.own = self.instance == by
        self.by_group = self.instance.get_group_permissions() if saved and not self.instance.is_superuser else set()
        self.initial.setdefault("role", role_of(held).name)
        for each in functionalities.listed():
            self.fields[each.slug] = self._checkbox(each)
            self.initial.setdefault(each.slug, each.permission in held)
        for name in ["role", "is_active", *(each.slug for each in functionalities.listed())]:
            self.fields[name].disabled = self.own

    @classmethod
    def with_boxes_of_role(cls, data: Mapping[str, str], *, instance: User, by: User) -> Self:
        """The form as typed so far, with the boxes of the chosen role ticked and nothing judged yet."""
        ticks = next((role.ticks for role in ROLES if role.name == data.get("role")), frozenset())
        typed = {name: data.get(name, "") for name in ["username", "full_name", "email", "role"]}
        boxes = {each.slug: each.permission in ticks for each in functionalities.listed()}
        return cls(initial={**typed, **boxes, "is_active": "is_active" in data}, instance=instance, by=by)

    def _checkbox(self, each: Functionality) -> forms.BooleanField:
        roles = " ".join(role.name for role in ROLES if each.permission in role.ticks)
        given = ["A group gives this as well"] if each.permission in self.by_group else []
        return forms.BooleanField(
            label=each.label,
            help_text=". ".join(filter(None, [each.sentence, *given])),
            required=False,
            widget=forms.CheckboxInput(attrs={"data-roles": roles}),
        )

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        for heading, group in GROUPS.items():
            yield heading, [self[each.slug] for each in group]

    def allowed(self) -> frozenset[str]:
        return frozenset(each.permission for each in functionalities.listed() if self.cleaned_data.get(each.slug))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        role = cleaned.get("role")
        if role not in {None, CUSTOM.name, self.initial["role"], role_of(self.allowed()).name}:
            label = next(each.label for each in ROLES if each.name == role)
            self.add_error("role", f"{label} ticks other boxes than these. Tick its boxes, or choose Custom.")
        return cleaned
