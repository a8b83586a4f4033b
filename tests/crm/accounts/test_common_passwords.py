import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.tables import table

COMMON = "This password is too common"


@table(
    "password",
    [
        "passwordpassword",
        "Password12345!",
        "P4ssw0rdP4ssw0rd",
        "2024football2024",
        "footballdragon",
        "dragondragondragon",
    ],
)
def test_what_is_guessed_first_is_refused_whatever_was_added_to_it(password):
    with pytest.raises(ValidationError, match=COMMON):
        validate_password(password)


@table("password", ["correct horse battery", "a good password", "Twelve!Geese", "kzw-9fq-1bd-x0p", "žluťoučký kůň"])
def test_what_takes_long_to_guess_is_accepted(password):
    validate_password(password)


@table("password", ["Eleven!Gees", "x" * 11])
def test_eleven_characters_are_too_few(password):
    with pytest.raises(ValidationError, match="at least 12 characters"):
        validate_password(password)


def test_no_password_is_longer_than_128_characters():
    validate_password("correct horse " * 9)
    with pytest.raises(ValidationError, match="128 characters or fewer"):
        validate_password("correct horse " * 10)
