from django.http import HttpRequest


def section(request: HttpRequest) -> dict[str, str]:
    """The first part of the path, by which the header knows which of its links is the current one."""
    return {"section": request.path_info.split("/")[1]}
