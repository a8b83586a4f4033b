from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Makes `{{ form.email.as_field_group }}` a row of our forms."""

    field_template_name = "includes/field.html"
