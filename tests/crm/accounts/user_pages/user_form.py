"""The form of a user as a browser sends it."""

from django.contrib.messages import get_messages


def filled_in(*ticked: str, **changes: str) -> dict[str, str]:
    """A form as the browser sends it: an unticked box is not there at all."""
    form = {"username": "andrew", "full_name": "Andrew Adams", "email": "", "password": "", "role": "custom"}
    boxes = {name.replace(".", "-"): "on" for name in ticked}
    return {**form, "is_active": "on", **boxes, **changes}


def edit(client, user, *ticked, **changes):
    return client.post(user.get_absolute_url(), filled_in(*ticked, **changes))


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]
