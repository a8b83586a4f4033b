"""CONTRIBUTING.md lists its recipes at the top, and names files that exist."""

import re

from django.conf import settings

TEXT = (settings.BASE_DIR / "CONTRIBUTING.md").read_text()


def test_the_contents_name_every_recipe():
    contents, recipes = TEXT.split("## Running the tests")[0].split("## Recipes")
    names = re.findall(r"^\*\*([^*`]+?)[.:]?\*\*", recipes, re.MULTILINE)
    assert [name for name in names if name[0].lower() + name[1:] not in contents and name not in contents] == []


def test_every_file_in_bold_exists():
    files = re.findall(r"\*\*`([^`]+)`\*\*", TEXT)
    assert len(files) > 20
    assert [file for file in files if not (settings.BASE_DIR / file).exists()] == []
