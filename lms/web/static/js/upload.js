// Shows how far a large file is on its way. Without this file the form sends it all the same.
"use strict";

document.querySelectorAll("form[data-upload]").forEach((form) => {
  const bar = form.querySelector("[data-upload-progress]");
  const lost = form.querySelector("[data-upload-lost]");
  form.addEventListener("submit", (event) => {
    const file = form.querySelector("input[type=file]");
    if (event.defaultPrevented || !file.files.length) return;
    event.preventDefault();
    lost.hidden = true;
    bar.hidden = false;
    const request = new XMLHttpRequest();
    const button = form.querySelector("button");
    const broken = () => {
      bar.hidden = true;
      lost.textContent = form.dataset.lost;
      lost.hidden = false;
      button.disabled = false;
      delete form.dataset.sent;
    };
    request.upload.addEventListener("progress", (told) => {
      if (told.lengthComputable) bar.querySelector("progress").value = (100 * told.loaded) / told.total;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else {
        document.open();
        document.write(request.responseText);
        document.close();
      }
    });
    request.addEventListener("error", broken);
    request.addEventListener("abort", broken);
    request.open("POST", form.action);
    request.send(new FormData(form));
    button.disabled = true;
  });
});
