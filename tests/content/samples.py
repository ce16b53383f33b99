"""Small packages as other systems write them, made by hand: the files of each by their names."""

import hashlib

from tests.content.making import CAPTIONS, PICTURE

PAGE = (
    '<!DOCTYPE html><html><head><title>Die Tür</title><style>p{color:red}</style></head><body onload="x()"><h1>Die Tür</h1>'
    '<p>Bitte <b>klopfen</b>. <img src="../bilder/t%C3%BCr.png" alt="Eine Tür"></p><script>alert(1)</script>'
    '<p><a href="../bilder/plan.pdf">Der Plan</a> und <a href="https://example.org/">mehr</a></p>'
    "<table><tr><th>Tag</th><th>Zeit</th></tr><tr><td>Mo</td><td>9 Uhr</td></tr></table>"
    '<pre>a = 1\nb = 2</pre><video src="../bilder/film.mp4"><track src="../bilder/film.vtt"></video></body></html>'
).encode()
PDF = b"%PDF-1.4\n%%EOF\n"
FILM = b"\x00\x00\x00\x18ftypmp42"

QTI12 = b"""<?xml version="1.0" encoding="UTF-8"?>
<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="A" title="Probe">
<qtimetadata><qtimetadatafield><fieldlabel>cc_maxattempts</fieldlabel><fieldentry>2</fieldentry></qtimetadatafield></qtimetadata>
<section ident="S">
<item ident="q1" title="Eins"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>
<fieldentry>cc.multiple_choice.v0p1</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">&lt;p&gt;Was ist &lt;b&gt;das&lt;/b&gt;?&lt;/p&gt;</mattext></material>
<response_lid ident="r" rcardinality="Single"><render_choice>
<response_label ident="a"><material><mattext>Ein Hund</mattext></material></response_label>
<response_label ident="b"><material><mattext>Eine Katze</mattext></material></response_label></render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar/></outcomes>
<respcondition continue="Yes"><conditionvar><varequal respident="r">b</varequal></conditionvar><displayfeedback linkrefid="b_fb"/></respcondition>
<respcondition><conditionvar><varequal respident="r">a</varequal></conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition>
</resprocessing><itemfeedback ident="b_fb"><flow_mat><material><mattext>Sie bellt nicht.</mattext></material></flow_mat></itemfeedback></item>
<item ident="q2" title="Zwei"><presentation><material><mattext texttype="text/plain">Wo steht 1 &lt; 2?</mattext></material>
<response_str ident="r"><render_fib/></response_str></presentation><resprocessing><outcomes><decvar/></outcomes>
<respcondition><conditionvar><varequal respident="r">Hier</varequal></conditionvar><setvar varname="SCORE">100</setvar></respcondition></resprocessing></item>
<item ident="q3" title="Ohne Antwort"><presentation><material><mattext>Und nun?</mattext></material>
<response_lid ident="r" rcardinality="Single"><render_choice><response_label ident="a"><material><mattext>Ja</mattext></material></response_label>
</render_choice></response_lid></presentation><resprocessing><outcomes><decvar/></outcomes></resprocessing></item>
</section></assessment></questestinterop>"""


def _manifest(version: str, organization: str, resources: str) -> bytes:
    return (
        f'<?xml version="1.0"?><manifest xmlns="http://www.imsglobal.org/xsd/imsccv{version.replace(".", "p")[:3]}/imscp_v1p1" identifier="M">'
        f"<metadata><schema>IMS Common Cartridge</schema><schemaversion>{version}</schemaversion>"
        "<lom><general><title><string>Hausordnung</string></title><description><string>Kurz gesagt.</string></description></general></lom></metadata>"
        f'<organizations><organization identifier="O" structure="rooted-hierarchy"><item identifier="root">{organization}</item></organization></organizations>'
        f"<resources>{resources}</resources></manifest>"
    ).encode()


def common_cartridge(version: str = "1.1.0") -> dict[str, bytes]:
    """Everything a cartridge may hold, and one resource that nobody knows."""
    short = f"imscc_xmlv{version.replace('.', 'p')[:3]}"
    organization = (
        '<item identifier="k1"><title>Ankommen</title><item identifier="i1" identifierref="page"><title>Die Tür</title></item>'
        '<item identifier="i2" identifierref="link"><title>Zum Haus</title></item></item>'
        '<item identifier="k2"><title>Bleiben</title><item identifier="i3" identifierref="quiz"><title>Probe</title></item>'
        '<item identifier="i4" identifierref="tool"><title>Werkzeug</title></item><item identifier="i5" identifierref="talk"><title>Reden</title></item>'
        '<item identifier="i6" identifierref="gone"><title>Verloren</title></item><item identifier="i7" identifierref="odd"><title>Seltsam</title></item>'
        '<item identifier="i8" identifierref="plan"><title>Der Plan</title></item></item>'
    )
    resources = (
        '<resource identifier="page" type="webcontent" href="seiten/t%C3%BCr.html"><file href="seiten/t%C3%BCr.html"/></resource>'
        f'<resource identifier="link" type="imswl_xmlv{version.replace(".", "p")[:3]}"><file href="links/1.xml"/></resource>'
        f'<resource identifier="quiz" type="imsqti_xmlv1p2/{short}/assessment"><file href="quiz/1.xml"/></resource>'
        f'<resource identifier="bank" type="imsqti_xmlv1p2/{short}/question-bank"><file href="quiz/2.xml"/></resource>'
        '<resource identifier="tool" type="imsbasiclti_xmlv1p0"><file href="links/2.xml"/></resource>'
        f'<resource identifier="talk" type="imsdt_xmlv{version.replace(".", "p")[:3]}"><file href="links/3.xml"/></resource>'
        '<resource identifier="odd" type="x/unknown"><file href="links/1.xml"/></resource>'
        '<resource identifier="plan" type="webcontent" href="bilder/plan.pdf"><file href="bilder/plan.pdf"/></resource>'
    )
    return {
        "imsmanifest.xml": _manifest(version, organization, resources),
        "seiten/tür.html": PAGE,
        "bilder/tür.png": PICTURE,
        "bilder/plan.pdf": PDF,
        "bilder/film.mp4": FILM,
        "bilder/film.vtt": CAPTIONS,
        "links/1.xml": b'<webLink xmlns="http://www.imsglobal.org/xsd/imswl"><title>x</title><url href="https://example.org/haus"/></webLink>',
        "links/2.xml": (
            b'<cartridge_basiclti_link xmlns="http://www.imsglobal.org/xsd/imslticc_v1p0" xmlns:blti="http://www.imsglobal.org/xsd/imsbasiclti_v1p0"'
            b' xmlns:lticm="http://www.imsglobal.org/xsd/imslticm_v1p0"><blti:title>T</blti:title><blti:custom><lticm:property name="ort">Bad</lticm:property>'
            b"</blti:custom><blti:launch_url>https://example.org/lti</blti:launch_url></cartridge_basiclti_link>"
        ),
        "links/3.xml": b'<topic><title>Reden</title><text texttype="text/html">&lt;p&gt;Was meinen Sie?&lt;/p&gt;</text></topic>',
        "quiz/1.xml": QTI12,
        "quiz/2.xml": QTI12.replace(b'title="Probe"', b'title="Fragenvorrat"'),
    }


def content_package() -> dict[str, bytes]:
    """A plain IMS content package of pages, in one folder more, as many are packed."""
    return {
        "kurs/imsmanifest.xml": (
            b'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><metadata><schema>IMS Content</schema></metadata>'
            b'<organizations default="o"><organization identifier="o"><title>Handbuch</title><item identifierref="r1"><title>Seite</title></item>'
            b'</organization></organizations><resources><resource identifier="r1" type="webcontent" href="eins.html"/></resources></manifest>'
        ),
        "kurs/eins.html": "<h2>Hallo</h2><p>Grüße aus dem Süden</p>".encode("cp1252"),
        "__MACOSX/kurs/._eins.html": b"\x00",
    }


def _stored(*files: tuple[str, str, int, str, bytes]) -> tuple[bytes, dict[str, bytes]]:
    """`files.xml` and the files; each is context, area, item, name and content."""
    listed = ""
    found: dict[str, bytes] = {}
    for context, area, item, name, content in files:
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        component, _, filearea = area.partition("/")
        listed += (
            f"<file><contenthash>{digest}</contenthash><contextid>{context}</contextid><component>{component}</component>"
            f"<filearea>{filearea}</filearea><itemid>{item}</itemid><filepath>/</filepath><filename>{name}</filename></file>"
        )
        found[f"files/{digest[:2]}/{digest}"] = content
    return f"<files>{listed}</files>".encode(), found


_QUESTIONS = {
    "multichoice": (
        "<answers><answer id='1'><answertext>&lt;p&gt;Brot&lt;/p&gt;</answertext><fraction>0.5</fraction><feedback>Ja</feedback></answer>"
        "<answer id='2'><answertext>Milch</answertext><fraction>0.5</fraction><feedback/></answer>"
        "<answer id='3'><answertext>Stein</answertext><fraction>-1</fraction><feedback/></answer></answers>"
        "<multichoice><single>0</single><shuffleanswers>1</shuffleanswers></multichoice>"
    ),
    "truefalse": (
        "<answers><answer id='4'><answertext>Wahr</answertext><fraction>0</fraction><feedback/></answer>"
        "<answer id='5'><answertext>Falsch</answertext><fraction>1</fraction><feedback/></answer></answers>"
        "<truefalse><trueanswer>4</trueanswer><falseanswer>5</falseanswer></truefalse>"
    ),
    "shortanswer": "<answers><answer id='6'><answertext>Spree</answertext><fraction>1</fraction><feedback/></answer></answers><shortanswer><usecase>1</usecase></shortanswer>",
    "numerical": (
        "<answers><answer id='7'><answertext>3.5</answertext><fraction>1</fraction><feedback/></answer></answers>"
        "<numerical_records><numerical_record><answer>7</answer><tolerance>0.5</tolerance></numerical_record></numerical_records>"
    ),
    "match": (
        "<matches><match id='8'><questiontext>Hund</questiontext><answertext>bellt</answertext></match>"
        "<match id='9'><questiontext>Katze</questiontext><answertext>miaut</answertext></match>"
        "<match id='10'><questiontext/><answertext>singt</answertext></match></matches>"
    ),
    "gapselect": (
        "<answers><answer id='11'><answertext>rot</answertext><fraction>0</fraction><feedback>1</feedback></answer>"
        "<answer id='12'><answertext>blau</answertext><fraction>0</fraction><feedback>1</feedback></answer></answers>"
    ),
    "essay": "<essay><graderinfo>Auf Höflichkeit achten</graderinfo></essay>",
    "ordering": (
        "<answers><answer id='14'><answertext>zwei</answertext><fraction>2.0</fraction><feedback/></answer>"
        "<answer id='13'><answertext>eins</answertext><fraction>1.0</fraction><feedback/></answer></answers>"
    ),
    "description": "",
    "calculated": "",
    "multianswer": "<multianswer><sequence>99</sequence></multianswer>",
}
_TEXTS = {
    "gapselect": "Der Himmel ist [[2]].", "multianswer": "&lt;p&gt;Er heißt {#1}.&lt;/p&gt;",
    "match": "&lt;p&gt;Wer macht was?&lt;/p&gt;&lt;img src=&quot;@@PLUGINFILE@@/t%C3%BCr.png&quot; alt=&quot;Eine Tür&quot;&gt;",
}  # fmt: skip


def moodle(*, modern: bool = True) -> dict[str, bytes]:
    """A backup with an activity of each kind; of Moodle 4 with entries and versions, else of Moodle 2."""
    questions, slots = "", ""
    for number, (kind, inside) in enumerate(_QUESTIONS.items(), start=1):
        text = _TEXTS.get(kind, f"Frage nach {kind}?")
        one = (
            f"<question id='{number}'><parent>0</parent><name>{kind}</name><questiontext>{text}</questiontext><generalfeedback>Darum.</generalfeedback>"
            f"<defaultmark>2.0</defaultmark><qtype>{kind}</qtype><plugin_qtype_{kind}_question>{inside}</plugin_qtype_{kind}_question></question>"
        )
        questions += (
            f"<question_bank_entry id='{number + 500}'><question_version><question_versions>{f'<questions>{one}</questions>'}</question_versions></question_version></question_bank_entry>"
            if modern
            else one
        )
        reference = (
            f"<question_reference><questionbankentryid>{number + 500}</questionbankentryid></question_reference>"
            if modern
            else f"<question>{number}</question>"
        )
        slots += f"<question_instance id='{number}'><slot>{number}</slot><maxmark>2</maxmark>{reference}</question_instance>"
    child = (
        "<question id='99'><parent>11</parent><name>x</name><questiontext>x</questiontext><qtype>shortanswer</qtype><plugin_qtype_shortanswer_question><answers>"
        "<answer id='90'><answertext>Ada</answertext><fraction>1</fraction><feedback/></answer></answers></plugin_qtype_shortanswer_question></question>"
    )
    wrapped = (
        f"<question_bank_entries>{questions}<question_bank_entry id='700'><question_version><question_versions><questions>{child}</questions></question_versions></question_version></question_bank_entry></question_bank_entries>"
        if modern
        else f"<questions>{questions}{child}</questions>"
    )
    kinds = {
        "page": "<intro/><content>&lt;h3&gt;Herein&lt;/h3&gt;&lt;img src=&quot;@@PLUGINFILE@@/t%C3%BCr.png&quot; alt=&quot;Eine Tür&quot;&gt;</content>",
        "label": "<intro>&lt;p&gt;Ein Wort dazwischen&lt;/p&gt;</intro>",
        "book": "<intro/><chapters><chapter id='1'><pagenum>2</pagenum><title>Zwei</title><content>b</content></chapter><chapter id='2'><pagenum>1</pagenum><title>Eins</title><content>a</content></chapter></chapters>",
        "url": "<externalurl>https://example.org/?a=1&amp;amp;b=2</externalurl>",
        "lti": "<toolurl>https://example.org/lti</toolurl><instructorcustomparameters>ort=Bad\nzeit=9</instructorcustomparameters>",
        "resource": "<intro/>",
        "folder": "<intro>&lt;p&gt;Zum Mitnehmen&lt;/p&gt;</intro>",
        "quiz": f"<intro>&lt;p&gt;Los&lt;/p&gt;</intro><timelimit>600</timelimit><attempts_number>3</attempts_number><grade>10</grade><gradepass>8</gradepass><question_instances>{slots}</question_instances>",
        "forum": "<intro/>",
        "assign": "<intro>&lt;p&gt;Bitte schreiben.&lt;/p&gt;</intro><activity>&lt;p&gt;Zehn Zeilen.&lt;/p&gt;</activity>",
    }
    order = ",".join(str(number) for number in range(1, len(kinds) + 1))
    activities = "".join(
        f"<activity><moduleid>{number}</moduleid><sectionid>7</sectionid><modulename>{kind}</modulename><title>Die {kind}</title><directory>activities/{kind}_{number}</directory></activity>"
        for number, kind in enumerate(kinds, start=1)
    )
    listed, stored = _stored(
        ("101", "mod_page/content", 0, "tür.png", PICTURE),
        ("106", "mod_resource/content", 0, "Plan für alle.pdf", PDF),
        ("107", "mod_folder/content", 0, "film.vtt", CAPTIONS),
        ("50", "question/questiontext", 5, "tür.png", PICTURE),
    )
    return {
        "moodle_backup.xml": (
            "<moodle_backup><information><original_course_fullname>Hausordnung</original_course_fullname><contents>"
            f"<activities>{activities}</activities><sections><section><sectionid>7</sectionid><title>1</title><directory>sections/section_7</directory></section></sections>"
            "</contents></information></moodle_backup>"
        ).encode(),
        "sections/section_7/section.xml": f"<section id='7'><number>1</number><name>Ankommen</name><sequence>{order}</sequence></section>".encode(),
        "files.xml": listed,
        "questions.xml": f"<question_categories><question_category id='1'><name>Vorrat</name><contextid>50</contextid>{wrapped}</question_category></question_categories>".encode(),
        **{
            f"activities/{kind}_{number}/{kind}.xml": f"<activity id='{number}' contextid='{100 + number}'><{kind} id='{number}'><name>x</name>{inside}</{kind}></activity>".encode()
            for number, (kind, inside) in enumerate(kinds.items(), start=1)
        },
        **stored,
    }
