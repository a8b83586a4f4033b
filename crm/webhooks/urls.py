from django.urls import path

from crm.webhooks.views import deliveries, endpoints, replays, secrets

app_name = "webhooks"
urlpatterns = [
    path("webhooks/", endpoints.endpoint_list, name="list"),
    path("webhooks/add/", secrets.endpoint_add, name="add"),
    path("webhooks/<int:pk>/", endpoints.endpoint_detail, name="detail"),
    path("webhooks/<int:pk>/edit/", endpoints.endpoint_edit, name="edit"),
    path("webhooks/<int:pk>/secret/", secrets.secret_rotate, name="secret"),
    path("webhooks/<int:pk>/delete/", endpoints.endpoint_delete, name="delete"),
    path("webhooks/<int:pk>/pause/", endpoints.endpoint_pause, name="pause"),
    path("webhooks/<int:pk>/resume/", endpoints.endpoint_resume, name="resume"),
    path("webhooks/<int:pk>/test/", endpoints.endpoint_test, name="test"),
    path("webhooks/<int:pk>/replay/", replays.replay_start, name="replay"),
    path("webhooks/<int:pk>/replay/cancel/", replays.replay_cancel, name="replay_cancel"),
    path("webhooks/deliveries/<int:pk>/", deliveries.delivery_detail, name="delivery"),
    path("webhooks/deliveries/send-again/", deliveries.send_again, name="send_again"),
]
