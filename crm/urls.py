from importlib.util import find_spec

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from crm import views

urlpatterns = [
    path("", views.home, name="home"),
    path("users/", include("crm.accounts.urls")),
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("healthz", views.healthz, name="healthz"),
]
if find_spec("customers.urls"):
    urlpatterns.append(path("", include("customers.urls")))
