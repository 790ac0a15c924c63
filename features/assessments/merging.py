"""What becomes of tests, work and badges when two accounts become one."""

from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Part, columns, parts


def register():
    words = {
        "Bank.author": _("Assessments written"), "Task.author": _("Tasks written"), "Attempt.person": _("Tests taken"),
        "Submission.person": _("Work handed in"), "Reading.reader": _("Work of others read"),
        "Evaluation.examiner": _("Talks about work"), "Badge.person": _("Badges"), "Award.person": _("Achievements"),
        "PracticeCard.person": _("Cards for practice"),
    }  # fmt: skip
    ruled = columns(
        "assessments",
        words,
        move="Bank.author ItemVersion.made_by ItemReview.author Task.author Example.made_by Evaluation.examiner"
        " Evaluation.cancelled_by",
        keep="BankReader.person Attempt.person PracticeCard.person Badge.person Award.person Snippet.owner"
        " Trial.reader",
        alone="ItemReview.reviewer Rubric.made_by Submission.person Reading.reader",
    )
    parts.register("assessments", Part(ruled))
