"""The pages of the provider of the tests, and what it says of its person."""

from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.oauth2_validators import OAuth2Validator

from tests.crm.accounts.openid.provider import become, person

OTHER_SIGNATURE = "A" * 342


class Validator(OAuth2Validator):
    oidc_claim_scope = None

    def get_additional_claims(self, request):
        return {"sub": request.user.username, **person["claims"]}

    def get_id_token_dictionary(self, token, token_handler, request):
        claims, expires = super().get_id_token_dictionary(token, token_handler, request)
        return claims | person["token"], expires

    def finalize_id_token(self, id_token, token, token_handler, request):
        if person["fault"] == "nonce":
            id_token["nonce"] = request.nonce = "of another sign-in"
        signed = super().finalize_id_token(id_token, token, token_handler, request)
        if person["fault"] == "signature":
            return f"{signed.rpartition('.')[0]}.{OTHER_SIGNATURE}"
        return signed

    def get_userinfo_claims(self, request):
        claims = super().get_userinfo_claims(request)
        return claims | {"sub": "somebody else"} if person["fault"] == "userinfo" else claims


def sign_in_everybody(get_response):
    def answer(request):
        request.user, _ = User.objects.get_or_create(username=person["sub"])
        return get_response(request)

    return answer


@csrf_exempt
def put_person(request):
    become(request.body)
    return HttpResponse("ok")


def sign_in(request):
    return HttpResponseRedirect(request.GET["next"])


urlpatterns = [
    path("person/", put_person),
    path("sign-in/", sign_in),
    path("", include("oauth2_provider.urls")),
]
