// The bar. Without this script the form works as it is; with it, the page stays while the pictures are on their way.
const form = document.querySelector("form.add");

if (form) {
    const [input, button, bar, status] = ["input", "button", "progress", "[role=status]"].map((part) => form.querySelector(part));

    const say = (text, isError) => {
        status.textContent = text;
        status.classList.toggle("error", isError);
        status.hidden = false;
    };

    const send = (content) => {
        const request = new XMLHttpRequest();
        request.open("POST", form.action);
        request.setRequestHeader("accept", "application/json");
        request.responseType = "json";
        request.upload.onprogress = (event) => {
            if (event.lengthComputable) {
                bar.value = (event.loaded / event.total) * 100;
                say(`${Math.floor(bar.value)} %`, false);
            }
        };
        request.onload = () => {
            if (request.status === 201) {
                location.assign("/");
            } else {
                end(request.response?.detail ?? `The server answers ${request.status}.`);
            }
        };
        request.onerror = () => end("The connection has been lost. What was sent is thrown away; try again.");
        bar.hidden = false;
        bar.value = 0;
        button.disabled = true;
        say("0 %", false);
        request.send(content);
    };

    const end = (text) => {
        bar.hidden = true;
        button.disabled = false;
        say(text, true);
    };

    form.addEventListener("submit", (event) => {
        event.preventDefault();
        send(new FormData(form));
    });

    // Pictures can be dropped onto the form too.
    form.addEventListener("dragover", (event) => {
        event.preventDefault();
        form.classList.add("over");
    });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
        event.preventDefault();
        form.classList.remove("over");
        input.files = event.dataTransfer.files;
    });
}
