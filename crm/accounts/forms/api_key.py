import re
from ipaddress import ip_address, ip_network

from django import forms
from django.core.exceptions import ValidationError

MOST = 50


class KeyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="What uses it: “Warehouse”. A key for each program can be revoked alone.",
    )
    addresses = forms.CharField(
        label="Allowed addresses",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="203.0.113.7 or a network such as 203.0.113.0/24, one a line. Empty allows every address.",
    )

    def clean_addresses(self) -> list[str]:
        written = list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", self.cleaned_data["addresses"]))))
        if len(written) > MOST:
            raise ValidationError(f"These are {len(written)} addresses. {MOST} at most; write them as networks.")
        return [network(each) for each in written]


def network(text: str) -> str:
    """`text` as an address, or as a network without what its mask leaves out."""
    try:
        return str(ip_network(text, strict=False) if "/" in text else ip_address(text))
    except ValueError:
        raise ValidationError(f"“{text[:50]}” is no IP address or network such as 203.0.113.0/24.") from None
