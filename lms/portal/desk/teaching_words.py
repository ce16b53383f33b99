"""What the actions of the audit trail around teaching and the till are called; joins `words.ACTIONS`."""

from collections.abc import Mapping

from lms.kernel.marking import N_

OF_TEACHING: Mapping[str, str] = {
    "attendance.objected": N_("Does not agree with the attendance"),
    "attendance.objection_answered": N_("Objection to the attendance answered"),
    "attendance.list-printed": N_("Attendance list printed"),
    "attendance.evidence": N_("Photo of the attendance list added"),
    "attendance.evidence-confirmed": N_("Photo of the attendance list confirmed"),
    "attendance.evidence-set-aside": N_("Photo of the attendance list set aside"),
    "attendance.evidence-kept": N_("Photo of the attendance list kept"),
    "check-in.opened": N_("Check-in by code opened"),
    "check-in.closed": N_("Check-in by code closed"),
    "check-in.entered": N_("Checked in by code"),
    "support_need.read": N_("Needs for support looked at"),
    "answers.read": N_("Answers to the questions looked at"),
    "material.added": N_("Material added"),
    "material.changed": N_("Material changed"),
    "material.deleted": N_("Material deleted"),
    "material.restored": N_("Material restored"),
    "material.copied": N_("Material taken over"),
    "quiz.question": N_("Question of a quiz written"),
    "quiz.question-deleted": N_("Question of a quiz deleted"),
    "quiz.question-restored": N_("Question of a quiz restored"),
    "quiz.ordered": N_("Questions of a quiz put in another order"),
    "quiz.taken-over": N_("Questions taken over from another quiz"),
    "quiz.group": N_("Group of questions changed"),
    "quiz.settings": N_("Way a quiz is taken changed"),
    "quiz.extended": N_("More time or attempts in a quiz granted"),
    "attempt.marked": N_("Text of a quiz marked"),
    "group_message.sent": N_("Message to the group sent"),
    "group_message.read": N_("Message to the group looked at"),
    "session.reported": N_("Problem reported"),
    "session.report_answered": N_("Report answered"),
    "session.held": N_("Trainer confirmed that the session took place"),
    "run.fee_shared": N_("Fee divided among the trainers"),
    "run.cost_centre": N_("Cost centre changed"),
    "cash.receipt": N_("Paid in cash"),
    "cash.reversal": N_("Cash receipt reversed"),
    "address.is_right": N_("E-mail address is right after all"),
}
