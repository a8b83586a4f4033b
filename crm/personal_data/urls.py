from django.urls import path

from crm.personal_data.views.export import personal_data_export

app_name = "personal_data"
urlpatterns = [path("customers/<int:pk>/personal-data/", personal_data_export, name="export")]
