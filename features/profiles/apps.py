from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class ProfilesConfig(AppConfig):
    name = "features.profiles"
    label = "profiles"

    def ready(self):
        from core import nav, seo
        from core.seeds import seeds
        from features.accounts.access import StaffPage, staff_pages
        from features.accounts.models import Role
        from features.accounts.personal_data import PersonalData, personal_data
        from features.accounts.services import file_access
        from features.profiles import (  # noqa: F401
            access,
            audit_words,
            curation,
            demand,
            findable,
            link_notices,
            notices,
            own_data,
            receivers,
            services,
            wish_notices,
        )
        from features.profiles.seeds import fill
        from features.profiles.sitemaps import PersonSitemap, PlaceSitemap, SkillSitemap
        from features.skills.access import acquaintances
        from features.skills.services import Merge, merges

        audit_words.register()
        nav.add(
            nav.Place(_("Home"), "home", icon="home", order=0),
            nav.Place(
                _("Profile"),
                "profile_edit",
                order=20,
                section="self",
                about=_("Photo, skills, goals, work, and who sees what"),
                is_near=True,
            ),
        )
        link_notices.register_kinds()
        seeds.register("profiles", (50, fill))
        acquaintances.register("sessions", access.met_in_a_session)
        file_access.register("project", access.may_see_picture)
        merges.register(
            "profiles",
            Merge(lambda n: ngettext("%(n)d profile", "%(n)d profiles", n) % {"n": n}, services.take_over_skill),
        )
        seo.sitemaps |= {"places": PlaceSitemap, "skills": SkillSitemap, "people": PersonSitemap}
        personal_data.register("profiles", PersonalData(own_data.export, own_data.erase))
        findable.register()
        curation.register()
        demand.register()
        notices.register()
        wish_notices.register_kinds()
        staff_pages.register("manage_demo", StaffPage(_("Demo world"), "manage_demo", 450, (Role.ORGANISER,)))
