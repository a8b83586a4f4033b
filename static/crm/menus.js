"use strict";
// A menu closes on Escape, which leaves the focus on its button, on a click beside it, and when the focus leaves it.
{
    const OPEN = "details.menu[open]";
    const closeOthers = (kept) => {
        for (const menu of document.querySelectorAll(OPEN)) if (!menu.contains(kept)) menu.open = false;
    };

    document.addEventListener("keydown", (event) => {
        const menu = document.querySelector(OPEN);
        if (event.key !== "Escape" || !menu) return;
        const hadFocus = menu.contains(document.activeElement);
        menu.open = false;
        if (hadFocus) menu.querySelector("summary").focus();
        event.preventDefault();
    });
    document.addEventListener("pointerdown", (event) => closeOthers(event.target));
    document.addEventListener("focusin", (event) => closeOthers(event.target));
    // What is typed next goes into the field of a menu that has one.
    document.addEventListener("toggle", (event) => {
        if (event.target.matches?.(OPEN)) event.target.querySelector("input[type=text]")?.focus();
    }, true);
}
