"""The calls of this dialect, and its documentation for staff."""

from django.urls import path, re_path

from crm.api.konnektive import documentation
from crm.api.konnektive.calls import CALLS
from crm.api.konnektive.endpoint import no_endpoint
from crm.api.konnektive.paths import ANYTHING

app_name = "konnektive"

urlpatterns = [
    path("konnektive/docs", documentation.docs, name="docs"),
    path("konnektive/openapi.json", documentation.openapi, name="openapi"),
    *CALLS,
    # Last: every other path of this dialect is refused for good.
    re_path(ANYTHING, no_endpoint, name="nothing_here"),
]
