"""What a client is told when the database cannot serve a request, in the words of both dialects."""

from dataclasses import dataclass

from customers.database.failures import Failure

STATUS = 503  # also where a record is busy: clients send a request again after 503, and give up after 409


@dataclass(frozen=True)
class Refused:
    """`wait` in seconds until another try may work."""

    message: str
    wait: int


REFUSED = {
    Failure.BUSY: Refused(
        "Not completed: another user or API client is changing a record of this request. Send the request again.", 2
    ),
    Failure.SLOW: Refused(
        "Not completed: the database took too long. Send the request again, or ask for less at once.", 10
    ),
    Failure.READ_ONLY: Refused(
        "Not completed: Reunite is read-only at the moment. Queries are answered. Send the request again later.", 60
    ),
    Failure.FULL: Refused(
        "Not completed: Reunite cannot store anything at the moment. Send the request again later.", 60
    ),
    Failure.AWAY: Refused(
        "Reunite cannot reach its database. If this request changes something, that may not have been done. Send the"
        " request again, with the same Idempotency-Key if it had one.",
        5,
    ),
    Failure.GONE: Refused(
        "Not completed: a record of this request was deleted at the same time. Send the request again.", 2
    ),
}
