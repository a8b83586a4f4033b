"""How else the columns of a file can be read: as the export of another system, as saved, or of another sheet."""

from typing import Any

from django import forms

from customers.web.fields import choice_field
from orders.imports.columns.presets import PRESETS
from orders.models import Import, SavedMapping


class ReadAsForm(forms.Form):
    preset = forms.ChoiceField(label="Export of", required=False)
    saved = forms.ModelChoiceField(
        SavedMapping.objects.order_by("name"), label="Saved columns", required=False, empty_label="None"
    )
    sheet = forms.ChoiceField(required=False)
    use_required_attribute = False

    def __init__(self, imported: Import, data: Any = None) -> None:
        sheets = imported.table.get("sheets", [])
        initial = {"preset": imported.mapping.get("preset", ""), "sheet": imported.table["form"].get("sheet", "")}
        super().__init__(data, initial=initial, label_suffix="")
        presets = [(preset.name, preset.label) for preset in PRESETS]
        choice_field(self, "preset").choices = [("", "Another system: by headers and contents"), *presets]
        choice_field(self, "sheet").choices = [(sheet, sheet) for sheet in sheets]
        if len(sheets) < 2:
            del self.fields["sheet"]
        if not SavedMapping.objects.exists():
            del self.fields["saved"]
