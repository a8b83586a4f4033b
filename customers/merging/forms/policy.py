from django import forms

from customers.models import MergePolicy


class PolicyForm(forms.ModelForm[MergePolicy]):
    class Meta:
        model = MergePolicy
        fields = ("above", "live_purchases", "unlike_names")
        labels = {
            "above": "Orders of more than",
            "live_purchases": "Active purchases of more than one customer",
            "unlike_names": "Names that differ",
        }
        help_texts = {
            "above": "Of all customers of the merge together, in any currency. Empty: the amount does not matter",
            "live_purchases": "",
            "unlike_names": "As the warning before a merge says it",
        }

    use_required_attribute = False
