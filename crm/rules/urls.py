from django.urls import path

from crm.rules.views import back_tests, rules

app_name = "rules"
urlpatterns = [
    path("rules/", rules.rule_list, name="list"),
    path("rules/add/", rules.rule_add, name="add"),
    path("rules/<int:pk>/", rules.rule_detail, name="detail"),
    path("rules/<int:pk>/edit/", rules.rule_edit, name="edit"),
    path("rules/<int:pk>/switch/", rules.rule_switch, name="switch"),
    path("rules/<int:pk>/run/", rules.rule_run, name="run"),
    path("rules/<int:pk>/delete/", rules.rule_delete, name="delete"),
    path("rules/<int:pk>/back-test/", back_tests.back_test, name="back_test"),
    path("rules/<int:pk>/back-test/start/", back_tests.back_test_start, name="back_test_start"),
    path("rules/<int:pk>/back-test/answer/", back_tests.back_test_answer, name="back_test_answer"),
]
