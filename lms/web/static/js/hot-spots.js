// Drawing the places of a picture. It only fills in the numbers, which can be typed as well.
"use strict";

(() => {
  const stage = document.querySelector("[data-spots]");
  const chosen = document.querySelector("select[name='picture']");
  if (!stage || !chosen) return;
  const pictures = JSON.parse(stage.dataset.pictures);
  const picture = stage.querySelector("[data-picture]");
  const canvas = stage.querySelector("[data-canvas]");
  const frame = canvas.parentElement;
  const told = stage.querySelector("[data-told]");
  const field = (number, name) => document.querySelector(`[name='r${number}_${name}']`);
  const value = (number, name) => Number.parseInt(field(number, name)?.value, 10) || 0;
  const ratio = () => (picture.naturalHeight ? picture.naturalWidth / picture.naturalHeight : 1);
  let now = null;
  let start = null;

  const shapeOf = (number) => {
    const isCircle = field(number, "shape").value === "circle";
    const [x, y, width] = ["x", "y", "width"].map((name) => value(number, name));
    const height = isCircle ? width * ratio() : value(number, "height");
    const made = document.createElementNS("http://www.w3.org/2000/svg", isCircle ? "ellipse" : "rect");
    const facts = isCircle
      ? { cx: x + width / 2, cy: y + height / 2, rx: width / 2, ry: height / 2 }
      : { x, y, width, height };
    Object.entries(facts).forEach(([name, one]) => made.setAttribute(name, one));
    made.setAttribute("class", `lms-spot${field(number, "right").checked ? " lms-spot--right" : ""}${number === now ? " lms-spot--now" : ""}`);
    return made;
  };
  const drawAll = () => {
    const numbers = [...document.querySelectorAll("[data-part]")].map((part) => part.dataset.part);
    canvas.replaceChildren(...numbers.filter((number) => value(number, "width") > 0).map(shapeOf));
  };
  const show = () => {
    const address = pictures[chosen.value];
    stage.hidden = !address;
    document.querySelectorAll("[data-draw]").forEach((button) => (button.hidden = !address));
    if (address && picture.getAttribute("src") !== address) picture.src = address;
    drawAll();
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const within = (number) => Math.round(Math.min(Math.max(number, 0), 1) * 1000);
    return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
  };

  // A description that is known already is proposed; one that somebody typed stays.
  const described = JSON.parse(stage.dataset.described);
  const alt = document.querySelector("[name='alt']");
  let proposed = "";
  chosen.addEventListener("change", () => {
    if (!alt.value || alt.value === proposed) alt.value = proposed = described[chosen.value] ?? "";
  });

  document.querySelectorAll("[data-draw]").forEach((button) => {
    field(button.dataset.draw, "x")?.closest(".kern-form-input")?.before(button); // before the numbers that it fills in
    button.addEventListener("click", () => {
      now = button.dataset.draw;
      frame.classList.add("lms-spots--drawing");
      told.textContent = told.dataset.drawWords;
      stage.scrollIntoView({ block: "center" });
      drawAll();
    });
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (now === null) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    start = at(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!start) return;
    const end = at(event);
    const isCircle = field(now, "shape").value === "circle";
    const left = Math.min(start.x, end.x);
    const top = Math.min(start.y, end.y);
    let width = Math.abs(end.x - start.x);
    if (isCircle) width = Math.min(width, 1000 - left, Math.floor((1000 - top) / ratio()));
    const facts = { x: left, y: top, width, height: isCircle ? Math.round(width * ratio()) : Math.abs(end.y - start.y) };
    Object.entries(facts).forEach(([name, one]) => (field(now, name).value = one));
    drawAll();
  });
  canvas.addEventListener("pointerup", () => {
    if (!start) return;
    start = null;
    now = null;
    frame.classList.remove("lms-spots--drawing");
    told.textContent = told.dataset.doneWords;
    drawAll();
  });
  document.querySelectorAll("[data-part] input, [data-part] select").forEach((input) => input.addEventListener("input", drawAll));
  chosen.addEventListener("change", show);
  picture.addEventListener("load", drawAll);
  show();
})();
