"use strict";
// The theme switch at once, without a new page; the server keeps what was chosen. The browser's own cookie is written here
// as well, because a page that is opened at once may overtake what is sent. "auto" is what the device is in, so the first
// step away from it is the other one.
{
    const root = document.documentElement;
    const form = document.querySelector(".theme-form");
    form?.addEventListener("submit", (event) => {
        event.preventDefault();
        const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
        const order = isDark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
        const theme = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
        root.dataset.theme = theme;
        const secure = location.protocol === "https:" ? "; secure" : "";
        document.cookie = `theme=${theme}; path=/; max-age=${365 * 24 * 60 * 60}; samesite=lax${secure}`;
        const data = new FormData(form);
        data.set("theme", theme);
        data.delete("next");
        fetch(form.action, { method: "POST", body: data, keepalive: true });
    });
}
