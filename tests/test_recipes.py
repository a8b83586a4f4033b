"""CONTRIBUTING.md lists its recipes at the top; it, the architecture page and the one of ASVS name files that exist."""

import re

from django.conf import settings

CONTRIBUTING = (settings.BASE_DIR / "CONTRIBUTING.md").read_text()
ARCHITECTURE = (settings.BASE_DIR / "docs/architecture.md").read_text()
ASVS = (settings.BASE_DIR / "docs/asvs.md").read_text()


def test_the_contents_name_every_recipe():
    contents, recipes = CONTRIBUTING.split("## Running the tests")[0].split("## Recipes")
    names = re.findall(r"^\*\*([^*`]+?)[.:]?\*\*", recipes, re.MULTILINE)
    assert [name for name in names if name[1:] not in contents] == []


def test_a_recipe_has_at_most_four_lines():
    recipes = CONTRIBUTING.split("## Recipes")[1].split("## Running the tests")[0].split("\n\n")
    lines = [recipe.splitlines() for recipe in recipes if recipe.startswith("**")]
    assert len(lines) > 50
    assert [recipe[0] for recipe in lines if len(recipe) > 4 or max(map(len, recipe)) > 130] == []


def test_every_file_that_is_named_exists():
    files = re.findall(
        r"`((?:customers|orders|crm|tests|docs|templates|benchmarks)/[\w./]+)`", CONTRIBUTING + ARCHITECTURE + ASVS
    )
    assert len(files) > 50
    assert [file for file in files if not (settings.BASE_DIR / file).exists()] == []
