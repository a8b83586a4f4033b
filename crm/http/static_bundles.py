"""One style sheet and one script a page, put together by `collectstatic`.

A bundle has what every page needs, and what the pages of its name need besides. In development, each file is sent.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEETS = (
    "admin/css/base.css",
    "admin/css/dark_mode.css",
    "admin/css/widgets.css",
    "admin/css/forms.css",
    "admin/css/changelists.css",
    "admin/css/responsive.css",
    "crm/crm.css",
    "crm/tables.css",
)
HTMX = "django_htmx/htmx-2.min.js"
SCRIPTS = ("crm/theme.js", "crm/search.js", "crm/keys.js", "crm/menus.js", HTMX, "crm/unreachable.js")
OWN_SHEETS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "customer": ("crm/customer.css",),
    "imports": ("crm/imports.css",),
    "merging": ("crm/merging.css",),
    "rules": ("crm/imports.css", "crm/rules.css"),
}
OWN_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "copy": ("crm/copy.js",),
    "merging": ("crm/merging.js",),
    "passkeys": ("crm/passkeys.js",),
    "passwords": ("crm/passwords.js",),
    "roles": ("crm/roles.js", "crm/passwords.js"),
    "selecting": ("crm/selecting.js",),
}


IMPORT = re.compile(r"""@import url\(["']?widgets\.css["']?\);\n?""")
"""Of admin/css/forms.css: behind other rules a browser would pass it over, so the sheet is a part of the bundle."""


class BundledStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:  # noqa: FBT001, FBT002 - Django's
        if not dry_run:
            for name, parts in _bundles().items():
                self.delete(name)
                self.save(name, ContentFile("\n".join(self._part(part) for part in parts)))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def _part(self, name: str) -> str:
        with self.open(name) as file:
            text = file.read().decode()
        if name.endswith(".css"):
            return _with_urls_from_bundle(IMPORT.sub("", text), posixpath.dirname(name))
        # Each in a scope of its own, as if it were a file; that of htmx is the page.
        return f"{text}\n;" if name == HTMX else f"(() => {{\n{text}\n}})();"


def sheets(own: str) -> list[str]:
    """The names of the style sheets of a page that needs its `own`."""
    return [_sheet(own)] if _is_bundled() else [*SHEETS, *OWN_SHEETS[own]]


def scripts(own: str) -> list[str]:
    return [_script(own)] if _is_bundled() else [*SCRIPTS, *OWN_SCRIPTS[own]]


def _is_bundled() -> bool:
    return isinstance(staticfiles_storage, BundledStorage)


def _bundles() -> dict[str, tuple[str, ...]]:
    of_sheets = {_sheet(own): (*SHEETS, *files) for own, files in OWN_SHEETS.items()}
    return of_sheets | {_script(own): (*SCRIPTS, *files) for own, files in OWN_SCRIPTS.items()}


def _sheet(own: str) -> str:
    return f"bundles/{own or 'page'}.css"


def _script(own: str) -> str:
    return f"bundles/{own or 'page'}.js"


def _with_urls_from_bundle(css: str, folder: str) -> str:
    def moved(match: re.Match[str]) -> str:
        return f"url({match[1]}{posixpath.join('..', posixpath.normpath(posixpath.join(folder, match[2])))}"

    return re.sub(r"""url\((["']?)(?![/#]|data:|https?:)([^"')]+)""", moved, css)
