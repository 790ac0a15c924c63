from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class ForumConfig(AppConfig):
    name = "features.forum"
    label = "forum"

    def ready(self):
        from core import nav, page_cache, panels, seeds, seo
        from features.accounts.access import StaffPage, staff_pages
        from features.accounts.models import Role
        from features.accounts.services import file_access
        from features.forum import (
            abilities,
            audit_words,
            causes,
            curation,
            demo_queue,
            findable,
            merging,
            news,
            own_data,
            services,
            suggested,
            workshop_news,
        )
        from features.forum.access import may_see_picture
        from features.forum.pages import chapters, session_panel
        from features.forum.scale import threads
        from features.forum.seeds import fill
        from features.forum.sitemaps import ThreadSitemap
        from features.forum.views.curating import as_it_stands
        from features.skills.services import Merge, merges

        audit_words.register()
        merging.register()
        nav.add(
            nav.Place(_("Forum"), "forum", icon="questions", order=20),
            nav.Place(_("Forum"), "forum", order=20, section="learn"),
            nav.Place(_("Answer a question"), "forum_unanswered", order=30, section="teach"),
        )
        staff_pages.register(
            "manage_boards", StaffPage(_("Boards"), "manage_boards", 60, (Role.ORGANISER,), "curation")
        )
        merges.register(
            "threads",
            Merge(lambda n: ngettext("%(n)d thread", "%(n)d threads", n) % {"n": n}, services.take_over_skill),
        )
        panels.panels.register(
            "forum", panels.Panel(page="session", order=10, template="forum/_asked.html", context=session_panel)
        )
        panels.panels.register(
            "forum_chapters", panels.Panel(page="recap", order=10, template="forum/_chapters.html", context=chapters)
        )
        file_access.register("post", may_see_picture)
        abilities.register()
        causes.register()
        curation.register(as_it_stands)
        suggested.register()
        findable.register()
        news.register()
        workshop_news.register()
        own_data.register()
        seeds.seeds.register("forum", (50, fill))
        seeds.seeds.register("forum_queue", (70, demo_queue.fill))
        seeds.scales.register("forum", (45, threads))
        seo.sitemaps["threads"] = ThreadSitemap
        page_cache.watch(
            "forum",
            self,
            leave_out=("draft", "reading", "vote", "invitation", "importedrow", "redaction", "mailedanswer"),
        )
