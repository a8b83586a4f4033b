from django.urls import path

from customers.credit.views import credit_adjust
from customers.engagement.views.rows import ROW_KINDS, row_add, row_edit
from customers.engagement.views.tasks import my_tasks, task_done
from customers.erasing.views.delete import customer_delete
from customers.erasing.views.deletion_log import deletion_list
from customers.labels.views import attribute_remove, attribute_set, customer_labels, tag_add, tag_remove
from customers.lists.views import list_entry_add, list_entry_edit, lists
from customers.matching.views.exclusions import customer_known_by, match_resume, match_stop
from customers.matching.views.identifying_attributes import identifying_attributes, identifying_remove
from customers.matching.views.ignored_values import ignored_add, ignored_remove, ignored_values
from customers.matching.views.likely_model import likely_model, likely_model_use
from customers.matching.views.next_group import next_group
from customers.matching.views.not_duplicates import duplicates_dismiss
from customers.matching.views.worklist import duplicate_list
from customers.merging.views.choose import merge_choose, merge_dismiss
from customers.merging.views.confirm import merge_confirm
from customers.merging.views.correct import merge_correct
from customers.merging.views.history import merge_detail, merge_list
from customers.merging.views.plain import merge_plain
from customers.merging.views.policy import merge_policy
from customers.merging.views.requests import (
    merge_request,
    merge_request_confirm,
    merge_request_list,
    merge_request_refuse,
    merge_request_withdraw,
)
from customers.merging.views.selected import merge_selected
from customers.merging.views.split import record_split
from customers.merging.views.undo import merge_undo
from customers.merging.views.values import merge_values
from customers.pages.views.add_customer import customer_add
from customers.pages.views.compare import why, why_ask
from customers.pages.views.customer import customer_detail
from customers.pages.views.notes import note_add
from customers.profile.views.edit import customer_edit
from customers.profile.views.shop_logins import login_add, login_password, login_show, pay_source_default
from customers.profile.views.status import customer_make, customer_status
from customers.review.views.quality import merge_quality, merge_sample_draw
from customers.review.views.samples import merge_sample
from customers.search.views import customer_list

app_name = "customers"

urlpatterns = [
    path("customers/", customer_list, name="list"),
    path("customers/<int:pk>/", customer_detail, name="detail"),
    path("customers/add/", customer_add, name="add"),
    path("customers/<int:pk>/edit/", customer_edit, name="edit"),
    path("customers/<int:pk>/status/", customer_status, name="status"),
    path("customers/<int:pk>/make-customer/", customer_make, name="make_customer"),
    path("customers/<int:pk>/credit/", credit_adjust, name="credit"),
    path("customers/<int:pk>/labels/", customer_labels, name="labels"),
    path("customers/<int:pk>/tags/add/", tag_add, name="tag_add"),
    path("customers/<int:pk>/tags/remove/", tag_remove, name="tag_remove"),
    path("customers/<int:pk>/attributes/set/", attribute_set, name="attribute_set"),
    path("customers/<int:pk>/attributes/remove/", attribute_remove, name="attribute_remove"),
    path("customers/<int:pk>/logins/add/", login_add, name="login_add"),
    path("customers/<int:pk>/logins/<int:login>/password/", login_password, name="login_password"),
    path("customers/<int:pk>/logins/<int:login>/show/", login_show, name="login_show"),
    path("customers/<int:pk>/pay-sources/<int:pay_source>/", pay_source_default, name="pay_source_default"),
    path("customers/<int:pk>/known-by/", customer_known_by, name="known_by"),
    path("customers/<int:pk>/known-by/stop/", match_stop, name="match_stop"),
    path("customers/<int:pk>/known-by/resume/", match_resume, name="match_resume"),
    path("customers/<int:pk>/notes/", note_add, name="note_add"),
    path("customers/<int:pk>/tasks/<int:row>/done/", task_done, name="task_done"),
    *(
        page
        for kind in ROW_KINDS
        for page in (
            path(f"customers/<int:pk>/{kind.tab}/add/", row_add, {"kind": kind}, name=f"{kind.slug}_add"),
            path(f"customers/<int:pk>/{kind.tab}/<int:row>/", row_edit, {"kind": kind}, name=f"{kind.slug}_edit"),
        )
    ),
    path("tasks/", my_tasks, name="tasks"),
    path("lists/", lists, name="lists"),
    path("lists/<slug:slug>/add/", list_entry_add, name="list_entry_add"),
    path("lists/<slug:slug>/<int:pk>/", list_entry_edit, name="list_entry_edit"),
    path("customers/why/", why_ask, name="why_ask"),
    path("customers/<int:pk>/why/<int:other>/", why, name="why"),
    path("customers/<int:pk>/delete/", customer_delete, name="delete"),
    path("deletions/", deletion_list, name="deletions"),
    path("customers/merge/", merge_selected, name="merge_selected"),
    path("customers/<int:pk>/merge/", merge_choose, name="merge"),
    path("customers/<int:pk>/merge/dismiss/", merge_dismiss, name="merge_dismiss"),
    path("customers/<int:pk>/merge/plain/", merge_plain, name="merge_plain"),
    path("customers/<int:pk>/merge/values/", merge_values, name="merge_values"),
    path("customers/<int:pk>/merge/confirm/<str:draft>/", merge_confirm, name="merge_confirm"),
    path("customers/<int:pk>/records/<int:record>/split/", record_split, name="split"),
    path("duplicates/", duplicate_list, name="duplicates"),
    path("duplicates/next/", next_group, name="duplicates_next"),
    path("duplicates/dismiss/", duplicates_dismiss, name="duplicates_dismiss"),
    path("duplicates/ignored/", ignored_values, name="ignored"),
    path("duplicates/ignored/add/", ignored_add, name="ignored_add"),
    path("duplicates/ignored/remove/", ignored_remove, name="ignored_remove"),
    path("duplicates/model/", likely_model, name="likely_model"),
    path("duplicates/model/use/", likely_model_use, name="likely_model_use"),
    path("duplicates/identifying/", identifying_attributes, name="identifying"),
    path("duplicates/identifying/<int:pk>/remove/", identifying_remove, name="identifying_remove"),
    path("merges/", merge_list, name="merges"),
    path("merges/quality/", merge_quality, name="merge_quality"),
    path("merges/quality/sample/", merge_sample_draw, name="merge_sample_draw"),
    path("merges/requests/", merge_request_list, name="merge_requests"),
    path("merges/requests/<int:pk>/", merge_request, name="merge_request"),
    path("merges/requests/<int:pk>/confirm/", merge_request_confirm, name="merge_request_confirm"),
    path("merges/requests/<int:pk>/refuse/", merge_request_refuse, name="merge_request_refuse"),
    path("merges/requests/<int:pk>/withdraw/", merge_request_withdraw, name="merge_request_withdraw"),
    path("merges/policy/", merge_policy, name="merge_policy"),
    path("merges/samples/<int:pk>/", merge_sample, name="merge_sample"),
    path("merges/<int:pk>/", merge_detail, name="merge_detail"),
    path("merges/<int:pk>/correct/", merge_correct, name="merge_correct"),
    path("merges/<int:pk>/undo/", merge_undo, name="merge_undo"),
]
