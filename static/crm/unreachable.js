"use strict";
// A failed htmx request leaves the page unchanged, so show a message until a request succeeds again.
{
    const show = (isUnreachable) => {
        document.getElementById("unreachable").hidden = !isUnreachable;
    };
    for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => show(true));
    document.addEventListener("htmx:afterOnLoad", () => show(false));
}
