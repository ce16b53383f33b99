// Reads the square code of a label with the camera and sends the form it belongs to, as if its number had been typed.
// Whoever scans one after the other keeps the camera: it comes back on the next page until it is turned off.

const KEPT = "scan";
const SEEN = "scan-seen";
const SAME_AGAIN_AFTER = 4000; // what still lies before the camera is not meant a second time

const place = document.querySelector("[data-scan]");
const field = place && document.getElementById(place.dataset.scan);
const form = field?.form;

if (place && form) prepare();

function prepare() {
  const start = place.querySelector("[data-scan-start]");
  const stop = place.querySelector("[data-scan-stop]");
  const says = place.querySelector("[data-scan-says]");
  const picture = place.querySelector("[data-scan-picture]");
  let camera;
  let endLoop;

  function show(isOn, words = "") {
    start.hidden = isOn;
    stop.hidden = !isOn;
    picture.hidden = !isOn;
    says.textContent = words;
  }

  function turnOff(words) {
    endLoop?.();
    camera?.stop();
    camera = endLoop = undefined;
    show(false, words);
  }

  async function turnOn() {
    if (!navigator.mediaDevices?.getUserMedia) return turnOff(place.dataset.absent);
    try {
      const { QRCanvas, frameLoop, rearCamera } = await import(place.dataset.reader);
      camera = await rearCamera(picture);
      await picture.play();
      show(true, place.dataset.looking);
      const canvas = new QRCanvas();
      endLoop = frameLoop(async () => {
        const text = await camera?.readFrame(canvas, true);
        if (text) found(text);
      }, picture);
    } catch (trouble) {
      turnOff(trouble.name === "NotAllowedError" ? place.dataset.refused : place.dataset.absent);
      sessionStorage.removeItem(KEPT);
    }
  }

  function found(text) {
    if (form.dataset.sent || field.dataset.found) return;
    const [before, at] = (sessionStorage.getItem(SEEN) ?? "|0").split("|");
    const isTheSame = before === encodeURIComponent(text);
    sessionStorage.setItem(SEEN, `${encodeURIComponent(text)}|${Date.now()}`);
    if (isTheSame && Date.now() - Number(at) < SAME_AGAIN_AFTER) return;
    field.dataset.found = "yes";
    field.value = text;
    form.requestSubmit();
  }

  start.addEventListener("click", () => {
    sessionStorage.setItem(KEPT, "on");
    sessionStorage.removeItem(SEEN);
    turnOn();
  });
  stop.addEventListener("click", () => {
    sessionStorage.removeItem(KEPT);
    turnOff("");
  });
  window.addEventListener("pagehide", () => camera?.stop());
  if (sessionStorage.getItem(KEPT)) turnOn();
}
