"use strict";
// “All from this one” picks a whole column at once; without this file the button asks the server to do the same.
{
    const taken = document.getElementById("taken");

    for (const button of document.querySelectorAll("button[name=all]")) {
        button.addEventListener("click", (event) => {
            event.preventDefault();
            const picks = document.querySelectorAll(`.values tr:not(.answer) input[value="${button.value}"]:not([data-on-purpose])`);
            for (const pick of picks) pick.checked = true;
            taken.textContent = button.dataset.said;
        });
    }
}
