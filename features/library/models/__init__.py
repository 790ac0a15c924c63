from features.library.models.learning import Certificate, Enrolment, LessonProgress
from features.library.models.works import LONGEST, Lesson, LessonContent, LessonFile, Section, Work

__all__ = [
    "LONGEST",
    "Certificate",
    "Enrolment",
    "Lesson",
    "LessonContent",
    "LessonFile",
    "LessonProgress",
    "Section",
    "Work",
]
