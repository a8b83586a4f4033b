from django.urls import include, path

from crm import views
from crm.accounts.views.forgotten import password_forgotten
from crm.accounts.views.openid import openid_begin, openid_callback
from crm.accounts.views.password_reset import follow_link
from crm.accounts.views.second_step import passkey_challenge, passkey_sign_in, second_step
from crm.accounts.views.sign_in import sign_in, sign_out
from crm.api.chartmogul import api as chartmogul
from crm.http.readiness import readyz

urlpatterns = [
    path("", views.home, name="home"),
    path("first-steps/dismiss/", views.first_steps_dismiss, name="first_steps_dismiss"),
    path("", include("customers.urls")),
    # Before those of orders: orders/rerun/ is no order.
    path("", include("crm.batches.urls")),
    path("", include("orders.urls")),
    path("", include("crm.accounts.urls")),
    path("", include("crm.audit.urls")),
    path("", include("crm.jobs.urls")),
    path("", include("crm.exports.urls")),
    path("", include("crm.personal_data.urls")),
    path("", include("crm.imports.urls")),
    path("", include("crm.webhooks.urls")),
    path("", include("crm.pulls.urls")),
    path("", include("crm.rules.urls")),
    path("", include("crm.help.urls")),
    path("accounts/login/", sign_in, name="login"),
    path("accounts/login/second-step/", second_step, name="second_step"),
    path("accounts/login/passkey/", passkey_sign_in, name="passkey_sign_in"),
    path("accounts/openid/", openid_begin, name="openid_begin"),
    path("accounts/openid/callback/", openid_callback, name="openid_callback"),
    path("accounts/passkey-challenge/", passkey_challenge, name="passkey_challenge"),
    path("accounts/forgotten/", password_forgotten, name="password_forgotten"),
    path("accounts/reset/<slug:uidb64>/<slug:token>/", follow_link, name="password_reset_confirm"),
    path("accounts/logout/", sign_out, name="logout"),
    path("v1/", chartmogul.urls()),
    path("", include("crm.api.konnektive.urls")),
    path("readyz", readyz, name="readyz"),
]

handler400 = "crm.http.error_pages.bad_request"
handler403 = "crm.http.error_pages.forbidden"
handler404 = "crm.http.error_pages.not_found"
handler500 = "crm.http.error_pages.server_error"
