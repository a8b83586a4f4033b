from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Makes `{{ form.email.as_field_group }}` a row of a form in our look."""

    field_template_name = "includes/field.html"
