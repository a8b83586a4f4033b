from django.http import HttpRequest

from crm.http.preferences import THEMES, theme_of


def section(request: HttpRequest) -> dict[str, str]:
    """The first part of the path, by which the header knows which of its links is the current one."""
    return {"section": request.path_info.split("/")[1]}


def theme(request: HttpRequest) -> dict[str, str]:
    """Light or dark, and what the switch in the header leads to, where no script asks the device which it is in."""
    chosen = theme_of(request)
    return {"theme": chosen, "next_theme": THEMES[THEMES.index(chosen) - 1]}
