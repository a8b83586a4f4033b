from django.urls import path

from crm.audit.views import entries

app_name = "audit"
urlpatterns = [path("audit/", entries.entry_list, name="list")]
