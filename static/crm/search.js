"use strict";
// The key “/” goes to the search field of the page; each field that it may go to says so.
{
    const fields = Array.from(document.querySelectorAll("form[role=search] input[type=search][name=q]"));
    const seen = (field) => field.getClientRects().length > 0;
    const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

    for (const field of fields) {
        const hint = document.createElement("kbd");
        hint.textContent = "/";
        hint.setAttribute("aria-hidden", "true");
        field.setAttribute("aria-keyshortcuts", "/");
        field.parentElement.classList.add("has-key");
        field.after(hint);
    }

    document.addEventListener("keydown", (event) => {
        const field = fields.find(seen);
        if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !field) return;
        event.preventDefault();
        field.focus();
        field.select();
    });
}
