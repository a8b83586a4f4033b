from django.http import HttpRequest

from crm.accounts.web.preferences import THEMES, theme_of
from crm.audit.origin import current_origin
from crm.help.topics import TOPIC_OF


def request_id(request: HttpRequest) -> dict[str, str]:
    """For pages of errors: by it the request is found in the log, and in the audit log."""
    return {"request_id": current_origin().request_id}


def section(request: HttpRequest) -> dict[str, str]:
    """The first part of the path; the header marks its link as current."""
    return {"section": request.path_info.removeprefix("/").partition("/")[0]}


def help_topic(request: HttpRequest) -> dict[str, str]:
    """The help for this page, which the “?” in the header opens; none for a page without."""
    match = request.resolver_match
    return {"help_topic": TOPIC_OF.get(match.view_name, "") if match else ""}


def theme(request: HttpRequest) -> dict[str, str]:
    """The theme, and the one that the switch in the header leads to without a script."""
    current = theme_of(request)
    return {"theme": current, "next_theme": THEMES[THEMES.index(current) - 1]}
