from django.urls import path

from crm.jobs.views import jobs, starts

app_name = "jobs"
urlpatterns = [
    path("jobs/", jobs.job_list, name="list"),
    path("jobs/rebuild/", starts.rebuild, name="rebuild"),
    path("jobs/scan/", starts.scan, name="scan"),
    path("jobs/train-model/", starts.train_model, name="train_model"),
    path("jobs/<int:pk>/", jobs.job_detail, name="detail"),
    path("jobs/<int:pk>/pause/", jobs.job_pause, name="pause"),
    path("jobs/<int:pk>/resume/", jobs.job_resume, name="resume"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="cancel"),
    path("jobs/<int:pk>/dismiss/", jobs.job_dismiss, name="dismiss"),
    path("jobs/<int:pk>/result/", jobs.job_result, name="result"),
    path("jobs/<int:pk>/errors/", jobs.job_errors, name="errors"),
]
