"""Passwords by Argon2id, with no more memory at once than a small server has."""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.views.decorators.debug import sensitive_variables

MOST_AT_ONCE = 2
_free = BoundedSemaphore(MOST_AT_ONCE)


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """With the parameters that OWASP names for a password, 19 MiB a hash, and few hashes at once in a process.

    Django's own take 100 MiB each: a flood of sign-ins filled the memory. A hash of these is made anew at the sign-in.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    @sensitive_variables("password")
    def encode(self, password: str, salt: str) -> str:
        with _free:
            return super().encode(password, salt)

    @sensitive_variables("password")
    def verify(self, password: str, encoded: str) -> bool:
        with _free:
            return super().verify(password, encoded)
