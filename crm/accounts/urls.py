from django.urls import path

from crm.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.user_list, name="list"),
    path("add/", views.user_add, name="add"),
    path("<int:pk>/", views.user_edit, name="edit"),
]
