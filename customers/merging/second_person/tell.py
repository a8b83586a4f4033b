"""Telling the user who asked what became of a merge request, in the transaction of the answer.

How users are told is known above, so a setting names it.
"""

from django.conf import settings
from django.utils.module_loading import import_string

from customers.models import MergeRequest


def tell_of_answer(request: MergeRequest) -> None:
    import_string(settings.TELLS_OF_ANSWER)(request)
