import re
from ipaddress import ip_address, ip_network

from django import forms
from django.core.exceptions import ValidationError

MOST_ADDRESSES = 50


class KeyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="The API client that uses it, such as “Warehouse”. Create one key per API client.",
    )
    addresses = forms.CharField(
        label="Allowed addresses",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One per line: addresses such as 203.0.113.7 or networks such as 203.0.113.0/24. Empty allows all.",
    )

    def clean_addresses(self) -> list[str]:
        lines = list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", self.cleaned_data["addresses"]))))
        if len(lines) > MOST_ADDRESSES:
            raise ValidationError(
                f"Enter {MOST_ADDRESSES} addresses or fewer, or combine them into networks. This has {len(lines)}."
            )
        return [parse_address(line) for line in lines]


def parse_address(text: str) -> str:
    """`text` as an address, or as a network without host bits."""
    try:
        return str(ip_network(text, strict=False) if "/" in text else ip_address(text))
    except ValueError:
        raise ValidationError(f"“{text[:50]}” is not an IP address or a network such as 203.0.113.0/24.") from None
