"""The programs and packages that check what is deployed; `make check-deploy` installs the packages."""

import pytest


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.needs(program=program)


def needs_package(name: str) -> pytest.MarkDecorator:
    return pytest.mark.needs(package=name)
