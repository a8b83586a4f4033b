"""Asks the second question, and goes on with what was sent once it is answered.

What was sent comes along on the page of the question, encrypted: a password that was typed is never sent back, and
nobody can have another user send what they did not type.
"""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from crm.accounts.factors import authenticator, passkeys
from crm.accounts.factors.overview import FactorError, factors_of
from crm.accounts.forms.factors import AnswerForm
from crm.accounts.openid import identities, provider_name
from crm.accounts.web import throttle
from crm.accounts.web.lockout import factor_locked
from crm.accounts.web.passkeys import site_of, take_challenge
from crm.audit import log
from customers.lib.audit import AuditAction
from customers.lib.secrets.encryption import UnreadableError, decrypt, encrypt
from customers.web.permissions import StaffRequest
from customers.web.second_question import SecondQuestionError, is_answered, note_answer

SENT = "sent_before_the_question"
LONGEST_PAUSE = 60 * 60  # seconds
WRONG = "That is wrong. Nothing was done yet."
TOO_OLD = "The question was open for too long, so nothing was done. Go back and send the form again."

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SecondQuestionMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponse | None:
        # What programs call is not asked, and reads its body itself.
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        if not request.user.is_authenticated or SENT not in request.POST:
            return None
        return _take_answer(cast(StaffRequest, request))

    def process_exception(self, request: StaffRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, SecondQuestionError):
            return None
        sent = request.POST.copy()
        sent.pop("csrfmiddlewaretoken", None)
        return _ask(request, AnswerForm(), sent=encrypt(sent.urlencode(), purpose=_purpose(request)))


def _take_answer(request: StaffRequest) -> HttpResponse | None:
    """None if it is right: then the request is what was sent before the question."""
    if throttle.is_paused(request, request.user):
        return factor_locked(request)
    form = AnswerForm(request.POST)
    try:
        sent = decrypt(request.POST[SENT], purpose=_purpose(request), seconds=LONGEST_PAUSE)
    except UnreadableError:
        form.add_error(None, TOO_OLD)
        return _ask(request, form, sent="")
    # An answer may also have been given at the provider, in another tab.
    if not is_answered(request.session) and not (form.is_valid() and _is_right(request, form)):
        throttle.count_failure(request, request.user)
        log.write(AuditAction.SIGN_IN, "Asked again: wrong answer.", by=request.user, is_refused=True)
        form.add_error(None, WRONG)
        return _ask(request, form, sent=request.POST[SENT])
    throttle.forget_failures(request.user)
    note_answer(request.session)
    request.POST = QueryDict(sent)
    return None


def _is_right(request: StaffRequest, form: AnswerForm) -> bool:
    user, answer, credential = request.user, form.cleaned_data["answer"], form.cleaned_data["credential"]
    if credential:
        try:
            passkeys.check_answer(credential, challenge=take_challenge(request), site=site_of(request), user=user)
        except FactorError:
            return False
        return True
    if authenticator.check_code(user, answer):
        return True
    return bool(answer) and authenticate(request, username=user.username, password=answer) == user


def _ask(request: StaffRequest, form: AnswerForm, *, sent: str) -> HttpResponse:
    context = {
        "title": "Confirm that it is you",
        "form": form,
        "sent": sent,
        "factors": factors_of(request.user),
        "provider": provider_name() if identities.is_connected(request.user) else "",
    }
    return render(request, "registration/second_question.html", context, status=422 if form.errors else 403)


def _purpose(request: StaffRequest) -> str:
    return f"{__name__} {request.user.pk} {request.path}"
