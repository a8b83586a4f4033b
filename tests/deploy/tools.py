"""The programs and packages that check what is deployed; `make check-deploy` installs the packages."""

import shutil
from importlib.util import find_spec

import pytest


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def needs_package(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(name) is None, reason=f"{name} is installed by `make check-deploy`")
