from django.urls import path

from crm.accounts.views import account, factors, openid, security, users
from crm.accounts.views.api_keys import key_add, key_revoke, own_key_add, own_key_revoke
from crm.accounts.views.password_reset import link_make

app_name = "accounts"
urlpatterns = [
    path("users/", users.user_list, name="list"),
    path("users/add/", users.user_add, name="add"),
    path("users/changes/", users.change_list, name="changes"),
    path("users/<int:pk>/", users.user_edit, name="edit"),
    path("users/<int:pk>/link/", link_make, name="link_make"),
    path("users/<int:pk>/second-factor/reset/", factors.factors_reset, name="factors_reset"),
    path("users/<int:pk>/keys/add/", key_add, name="key_add"),
    path("users/<int:pk>/keys/<int:key>/revoke/", key_revoke, name="key_revoke"),
    path("account/", account.own_page, name="own"),
    path("account/password/", account.own_password, name="own_password"),
    path("account/notices/dismiss/", account.notice_dismiss, name="notice_dismiss"),
    path("account/theme/", account.theme, name="theme"),
    path("account/security/", security.security, name="security"),
    path("account/security/app/", factors.app_add, name="app_add"),
    path("account/security/app/remove/", factors.app_remove, name="app_remove"),
    path("account/security/passkeys/add/", factors.passkey_add, name="passkey_add"),
    path("account/security/passkeys/ask/", factors.passkey_ask, name="passkey_ask"),
    path("account/security/passkeys/<int:pk>/remove/", factors.passkey_remove, name="passkey_remove"),
    path("account/security/codes/", security.codes_create, name="codes_create"),
    path("account/security/identity/connect/", openid.identity_connect, name="identity_connect"),
    path("account/security/identity/disconnect/", openid.identity_disconnect, name="identity_disconnect"),
    path("account/security/sessions/end/", security.session_end, name="session_end"),
    path("account/keys/add/", own_key_add, name="own_key_add"),
    path("account/keys/<int:key>/revoke/", own_key_revoke, name="own_key_revoke"),
]
