// Refreshes parts of a page in their place. Without this script, every form and link works as it is.
//
// What has `data-block="ID"` (a form, a link, a button of a form) asks the server for the same address as ever. To `fetch` the server
// gives the block alone, which then takes the place of what is in the element `#ID`.

const status = document.querySelector("[role=status]");
let asked; // Only the latest question counts.

const refresh = async (id, url, content) => {
    asked?.abort();
    asked = new AbortController();
    const options = content ? { method: "POST", body: new URLSearchParams(content) } : {};
    const answer = await fetch(url, { ...options, signal: asked.signal });
    if (!answer.ok) throw new Error(answer.status);
    const place = document.getElementById(id);
    place.innerHTML = await answer.text();
    status.textContent = place.querySelector("[data-say]")?.textContent ?? "";
    return place;
};

// Where the script comes to nothing, the browser does what it would have done without it.
const unlessAborted = (instead) => (error) => {
    if (error.name !== "AbortError") instead();
};

// Links: the pages of a list.
document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-block]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const id = link.dataset.block;
    refresh(id, link.href).then((place) => {
        history.pushState({}, "", link.href);
        place.focus({ preventScroll: true });
        scrollTo({ top: 0 });
    }, unlessAborted(() => location.assign(link.href)));
});
addEventListener("popstate", () => {
    const id = "rows";
    if (document.getElementById(id)) refresh(id, location.href).catch(unlessAborted(() => location.reload()));
});

// Forms that look for something: while one types.
for (const form of document.querySelectorAll("form[data-block]")) {
    let pause;
    const look = () => {
        clearTimeout(pause);
        const url = `${form.action}?${new URLSearchParams(new FormData(form))}`;
        refresh(form.dataset.block, url).then(
            () => history.replaceState({}, "", url),
            unlessAborted(() => location.assign(url)),
        );
    };
    form.addEventListener("input", () => {
        clearTimeout(pause);
        pause = setTimeout(look, 200);
    });
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        look();
    });
}

// Buttons that show what a form would come to.
for (const button of document.querySelectorAll("button[data-block]")) {
    button.addEventListener("click", (event) => {
        event.preventDefault();
        const form = button.form;
        refresh(button.dataset.block, form.action, new FormData(form, button)).then(
            (place) => place.scrollIntoView({ block: "nearest" }),
            // The button goes with it: without that the form would mean something else.
            unlessAborted(() => form.requestSubmit(button)),
        );
    });
}
