from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class AssessmentsConfig(AppConfig):
    name = "features.assessments"
    label = "assessments"

    def ready(self):
        from core import nav, page_cache, seeds, seo
        from features.accounts.access import StaffPage, staff_pages
        from features.assessments import (
            audit_words,
            causes,
            curation,
            evaluation_news,
            findable,
            merging,
            news,
            own_data,
            services,
            taking_over,
        )
        from features.assessments.evaluation_seeds import fill_talks
        from features.assessments.seeds import fill
        from features.assessments.sitemaps import AssessmentSitemap, TaskSitemap
        from features.calendar.services import appointments
        from features.moderation.services import EVERYWHERE, partings
        from features.skills.services import Merge, merges

        audit_words.register()
        merging.register()
        nav.add(
            nav.Place(_("Assessments"), "assessments", order=45, section="learn"),
            nav.Place(_("Have work judged"), "tasks", order=46, section="learn"),
            nav.Place(_("Achievements"), "achievements", order=47, section="learn"),
            nav.Place(
                _("Your progress"),
                "progress",
                order=16,
                section="learning",
                about=_("Your levels over time, results, what comes next"),
                is_near=True,
            ),
        )
        staff_pages.register("manage_results", StaffPage(_("Results"), "manage_results", 62, EVERYWHERE, "curation"))
        merges.register(
            "assessments",
            Merge(
                lambda n: ngettext("%(n)d assessment", "%(n)d assessments", n) % {"n": n}, taking_over.take_over_skill
            ),
        )
        appointments.register("talks", services.examined_at)
        partings.register("talks", services.part)
        causes.register()
        curation.register()
        evaluation_news.register()
        findable.register()
        news.register()
        own_data.register()
        seeds.seeds.register("assessments", (55, fill))
        seeds.seeds.register("evaluations", (75, fill_talks))  # when mentors have said when they are free
        seo.sitemaps |= {"assessments": AssessmentSitemap, "tasks": TaskSitemap}
        page_cache.watch("assessments", self)
