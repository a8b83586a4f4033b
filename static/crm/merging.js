"use strict";
// What the buttons of the steps of a merge ask the server to do is done at once; without this file the server does it.

// “Select all” and “None” tick the boxes of a list, also of one that a search has brought.
document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=select], button[name=unselect]");
    if (!button) return;
    event.preventDefault();
    for (const number of button.value.split(" ")) document.getElementById(`c${number}`).checked = button.name === "select";
});

// “Use all” picks a whole column at once.
{
    const taken = document.getElementById("taken");

    for (const button of document.querySelectorAll("button[name=all]")) {
        button.addEventListener("click", (event) => {
            event.preventDefault();
            const picks = document.querySelectorAll(`.values tr:not(.answer) input[value="${button.value}"]:not([data-on-purpose])`);
            for (const pick of picks) pick.checked = true;
            taken.textContent = button.dataset.message;
            taken.dispatchEvent(new Event("input", { bubbles: true }));
        });
    }
}

// What is entered is kept on the server after a moment, so that the back button and a new sign-in find it again. A new
// password is kept only when a button is pressed.
const form = document.getElementById("values");
if (form) {
    const PAUSE = 1000; // milliseconds
    let timer;
    let isUnsaved = false;

    const save = () => {
        if (!isUnsaved) return;
        isUnsaved = false;
        const entered = new FormData(form);
        entered.delete("value-cart_password");
        entered.set("keep", "1");
        // With keepalive it arrives even when the page is left. When it fails, the buttons still send everything.
        fetch(form.action, { method: "POST", body: entered, keepalive: true }).catch(() => {});
    };

    form.addEventListener("input", () => {
        isUnsaved = true;
        clearTimeout(timer);
        timer = setTimeout(save, PAUSE);
    });
    form.addEventListener("submit", () => {
        isUnsaved = false; // the button sends it
    });
    window.addEventListener("pagehide", save);
}
