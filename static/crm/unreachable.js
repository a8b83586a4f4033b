"use strict";
// A part of a page that cannot be asked for changes nothing, so it is said; the next that arrives takes it back.
{
    const show = (isUnreachable) => {
        document.getElementById("unreachable").hidden = !isUnreachable;
    };
    for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => show(true));
    document.addEventListener("htmx:afterOnLoad", () => show(false));
}
