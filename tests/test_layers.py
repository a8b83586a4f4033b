"""Rules know no forms and views, and a class has its name alone; import-linter and ruff hold the other layers."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
APPS = ("customers", "orders")
ABOVE_RULES = {"forms", "views"}


def rule_modules() -> list[Path]:
    outside = ABOVE_RULES | {"urls", "migrations"}
    modules = [path.relative_to(ROOT) for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in modules if outside.isdisjoint(path.with_suffix("").parts)]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_a_rule_imports_no_form_and_no_view():
    imports = [(path, name) for path in rule_modules() for name in imports_of(path) if name.startswith(APPS)]
    assert len(imports) > 500
    assert [(str(path), name) for path, name in imports if ABOVE_RULES & {*name.split(".")}] == []


def test_no_two_classes_have_one_name():
    modules = [path for app in ("crm", *APPS) for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    classes = [
        node.name for path in modules for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)
    ]
    assert {name for name, number in Counter(classes).items() if number > 1} == {"Command"}  # Django's name for each
