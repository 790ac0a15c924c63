from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class MentoringConfig(AppConfig):
    name = "features.mentoring"
    label = "mentoring"

    def ready(self):
        from core import nav, page_cache, seeds, seo
        from features.accounts.access import StaffPage, staff_pages
        from features.accounts.models import Role
        from features.mentoring import (
            audit_words,
            cohort_letters,
            findable,
            merging,
            own_data,
            receivers,
            registering,
            services,
        )
        from features.mentoring.matching_seeds import fill as fill_mentors
        from features.mentoring.seeds import fill as fill_mentorships
        from features.mentoring.sitemaps import MentorSitemap
        from features.skills.services import Merge, merges

        audit_words.register()
        merging.register()
        nav.add(
            nav.Place(_("Mentors"), "mentors", icon="mentors", order=15),
            nav.Place(_("Mentors"), "mentors", order=15, section="learn"),
            nav.Place(_("Mentor others"), "mentor_settings", order=20, section="teach"),
            nav.Place(
                _("Mentor others"),
                "mentor_settings",
                order=18,
                section="teaching",
                about=_("Your page as a mentor, room and topics"),
            ),
            nav.Place(_("How mentors are ranked"), "mentor_ranking", order=40, section="trust"),
            nav.Place(
                _("Mentors for you"),
                "mentor_suggestions",
                order=13,
                section="learning",
                about=_("Who fits your goal, and why"),
            ),
        )

        merges.register(
            "mentors",
            Merge(lambda n: ngettext("%(n)d mentor", "%(n)d mentors", n) % {"n": n}, services.take_over_topics),
        )
        own_data.register()
        registering.register()
        page_cache.watch("mentoring", self)
        findable.register()
        receivers.connect()
        cohort_letters.register()
        staff_pages.register(
            "manage_cohorts", StaffPage(_("Groups to pair"), "manage_cohorts", 65, (Role.ORGANISER,), "people")
        )
        staff = (Role.ORGANISER, Role.MODERATOR)
        staff_pages.register("manage_apart", StaffPage(_("Kept apart"), "manage_apart", 66, staff, "people"))
        seeds.seeds.register("mentors", (60, fill_mentors))
        seeds.seeds.register("mentorships", (61, fill_mentorships))
        seo.sitemaps["mentors"] = MentorSitemap
