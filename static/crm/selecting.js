"use strict";
// Customers selected in a list. The address has their numbers, so that the back button finds them selected again.
{
    const boxes = () => Array.from(document.querySelectorAll("#result_list input[name=customer]"));
    const chosen = () => document.querySelectorAll("#customer-rows :is(input[name=customer]:checked, input[type=hidden][name=customer])");
    const remember = () => {
        const address = new URL(location.href);
        address.searchParams.delete("customer");
        for (const { value } of chosen()) address.searchParams.append("customer", value);
        history.replaceState(history.state, "", address);
    };

    document.addEventListener("change", (event) => {
        const isAll = event.target.matches(".select-all");
        if (!isAll && event.target.name !== "customer") return;
        if (isAll) for (const box of boxes()) box.checked = event.target.checked;
        const all = document.querySelector(".select-all");
        if (all) all.checked = boxes().every((box) => box.checked);
        remember();
    });
}
