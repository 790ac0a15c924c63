from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class LibraryConfig(AppConfig):
    name = "features.library"
    label = "library"

    def ready(self):
        from core import nav, page_cache, seeds, seo
        from features.accounts.services import file_access
        from features.library import (
            audit_words,
            causes,
            findable,
            merging,
            notices,
            own_data,
            receivers,  # noqa: F401
            selling,
            services,
        )
        from features.library.gate import may_see_file
        from features.library.seeds import fill
        from features.library.sitemaps import WorkSitemap
        from features.payments.services import key_pages
        from features.skills.services import Merge, merges

        audit_words.register()
        merging.register()
        nav.add(
            nav.Place(_("Library"), "library", icon="library", order=25),
            nav.Place(_("Library"), "library", order=25, section="learn"),
            nav.Place(
                _("Your courses"),
                "learning",
                order=15,
                section="learning",
                about=_("What you have begun to read and watch"),
                is_near=True,
            ),
            nav.Place(
                _("Writing"), "writing", order=19, section="teaching", about=_("Articles and courses of your own")
            ),
            nav.Place(_("Write for the library"), "writing", order=25, section="teach"),
        )
        file_access.register("lesson", may_see_file)
        key_pages.register("library", services.page_of_key)
        merges.register(
            "works",
            Merge(
                lambda n: ngettext("%(n)d article or course", "%(n)d articles and courses", n) % {"n": n},
                services.take_over_skill,
            ),
        )
        causes.register()
        findable.register()
        notices.register()
        own_data.register()
        selling.register()
        seeds.seeds.register("library", (55, fill))
        seo.sitemaps["library"] = WorkSitemap
        page_cache.watch("library", self)
