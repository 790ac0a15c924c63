from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class SessionsConfig(AppConfig):
    name = "features.sessions"
    label = "skill_sessions"

    def ready(self):
        from core import nav, page_cache, seeds, seo
        from features.calendar.services import calendars
        from features.moderation import services as apart
        from features.payments.services import fulfilments
        from features.sessions import (
            absence_curation,
            absence_news,
            audit_words,
            cohost_news,
            curation,
            demo_follows,
            draft_news,
            emails,
            entries,
            exported,
            findable,
            follows,
            happenings,
            kept,
            merging,
            message_curation,
            message_news,
            own_data,
            recap_curation,
            recap_news,
            selling,
            services,
        )
        from features.sessions.causes import register as register_causes
        from features.sessions.promises import register as register_promises
        from features.sessions.review_news import register as register_review_news
        from features.sessions.scale import sessions
        from features.sessions.seeds import fill
        from features.sessions.services.fulfilment import RegistrationFulfilment
        from features.sessions.sitemaps import SessionSitemap
        from features.skills.services import Merge, merges

        audit_words.register()
        merging.register()
        nav.add(
            nav.Place(_("Sessions"), "sessions", icon="sessions", order=10),
            nav.Place(_("Sessions"), "sessions", order=10, section="learn"),
            nav.Place(_("Host a session"), "session_new", order=10, section="teach"),
            nav.Place(
                _("Agenda"),
                "agenda",
                order=10,
                section="time",
                about=_("What you have a seat for, in the order of days"),
                is_near=True,
            ),
            nav.Place(
                _("Hosting"),
                "hosting",
                order=14,
                section="teaching",
                about=_("Your sessions: drafts, to come, past"),
                is_near=True,
            ),
        )
        merges.register(
            "sessions",
            Merge(lambda n: ngettext("%(n)d session", "%(n)d sessions", n) % {"n": n}, services.take_over_skill),
        )
        fulfilments.register("registration", RegistrationFulfilment())
        emails.register_kinds()
        register_causes()
        register_promises()
        register_review_news()
        follows.register()
        calendars.register("sessions", entries.of_person)
        own_data.register()
        exported.register()
        selling.register()
        curation.register()
        absence_curation.register()
        absence_news.register()
        message_curation.register()
        message_news.register()
        cohost_news.register()
        draft_news.register()
        apart.partings.register("co-hosts", services.part)
        recap_curation.register()
        recap_news.register()
        kept.register()
        findable.register()
        happenings.register()
        seeds.seeds.register("sessions", (40, fill))
        seeds.scales.register("sessions", (40, sessions))
        seeds.seeds.register("follows", (45, demo_follows.fill))
        seo.sitemaps["sessions"] = SessionSitemap
        page_cache.watch("sessions", self, leave_out=("keptform", "sessionmessage"))
        # What pages of others say of a session: seats that come and go do not concern them.
        page_cache.watch(
            "session_titles",
            self,
            only={"skillsession": "title, slug, published_at, removed_at", "recap": ""},
        )
