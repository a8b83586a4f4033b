"""The page of this dialect's OpenAPI document, and the document itself, for signed-in users."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from crm.api.konnektive.document import TITLE, document
from crm.api.swagger import SETTINGS, may_use_api


@may_use_api
def docs(request: HttpRequest) -> HttpResponse:
    """As ninja shows the document of `/v1/`."""
    settings = SETTINGS | {"url": reverse("konnektive:openapi")}
    context = {"swagger_settings": json.dumps(settings), "api": {"title": TITLE}, "add_csrf": False}
    return render(request, "ninja/swagger.html", context)


@may_use_api
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document())
