"""The addresses by which cmi5 and xAPI name things."""

VERSION = "1.0.3"
VERSIONS = ("1.0.3", "1.0.2", "1.0.1", "1.0.0")
ADL = "http://adlnet.gov/expapi/verbs/"
INITIALIZED, COMPLETED, PASSED, FAILED, TERMINATED = (
    f"{ADL}{name}" for name in ("initialized", "completed", "passed", "failed", "terminated")
)
LAUNCHED = f"{ADL}launched"
VOIDED = f"{ADL}voided"
ABANDONED, WAIVED, SATISFIED = (
    f"https://w3id.org/xapi/adl/verbs/{name}" for name in ("abandoned", "waived", "satisfied")
)
OF_UNITS = frozenset({INITIALIZED, COMPLETED, PASSED, FAILED, TERMINATED})
OF_THE_LMS = frozenset({LAUNCHED, ABANDONED, WAIVED, SATISFIED})
CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
CATEGORY_MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
EXTENSION = "https://w3id.org/xapi/cmi5/context/extensions/"
SESSION_ID, LAUNCH_MODE, LAUNCH_URL, MOVE_ON, MASTERY, PARAMETERS = (
    f"{EXTENSION}{name}"
    for name in ("sessionid", "launchmode", "launchurl", "moveon", "masteryscore", "launchparameters")
)
COURSE_TYPE = "https://w3id.org/xapi/cmi5/activitytype/course"
UNIT_TYPE = "https://w3id.org/xapi/cmi5/activitytype/au"
LAUNCH_DATA = "LMS.LaunchData"
PREFERENCES = "cmi5LearnerPreferences"
