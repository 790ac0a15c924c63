"""What this feature knows about a person."""

from features.calendar.models import TimeClaim, WeeklyHours


def export(person) -> dict:
    return {
        "weekly_hours": list(WeeklyHours.objects.filter(person=person).values("weekday", "starts", "ends")),
        "time_claims": [
            {"kind": claim.kind, "ref": claim.ref, "starts_at": claim.during.lower, "ends_at": claim.during.upper}
            for claim in TimeClaim.objects.filter(person=person).order_by("during")
        ],
    }


def erase(person) -> None:
    WeeklyHours.objects.filter(person=person).delete()
    TimeClaim.objects.filter(person=person).delete()
