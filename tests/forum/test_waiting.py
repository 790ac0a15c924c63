"""Words that wait to be looked at: editing is no way around it, and whoever is spoken to hears once they are shown."""

import pytest
from django.test import Client

from features.forum import services
from features.forum.services import ForumRefused
from features.moderation import services as moderation
from features.moderation.models import Case
from features.notifications.models import Notification

pytestmark = pytest.mark.django_db
LINKS = [f"[{n}](https://{n}.example)" for n in range(9)]
PLAIN = "Because the table is small."


def told(person, kind):
    return Notification.objects.filter(recipient=person, kind=kind).count()


def kept(by, post):
    moderation.decide(by=by, case=Case.objects.waiting().get(ref=str(post.pk)), outcome="kept")
    post.refresh_from_db()


class TestEditingIsNoWayAround:
    def test_more_links_than_one_may_give_are_refused(self, thread, helper):
        post = services.reply(author=helper, thread=thread, text=PLAIN)
        with pytest.raises(ForumRefused, match="links"):
            services.edit(by=helper, post=post, text=" ".join(LINKS))
        post.refresh_from_db()
        assert post.text == PLAIN

    def test_what_stands_there_already_does_not_keep_from_changing_the_rest(self, thread, helper):
        post = services.reply(author=helper, thread=thread, text=PLAIN)
        thread.posts.filter(pk=post.pk).update(text=" ".join(LINKS))
        services.edit(by=helper, post=post, text=" ".join(LINKS[:5]))

    def test_a_first_post_that_leads_elsewhere_by_now_waits(self, client, thread, helper, asker, moderator):
        post = services.reply(author=helper, thread=thread, text=PLAIN)
        kept(moderator, post)  # as it was
        client.force_login(helper)
        form = {"text": f"@{asker.handle}, see {LINKS[0]}.", "title": ""}
        page = client.post(f"/forum/posts/{post.pk}/edit/", form, follow=True).text
        assert "A moderator looks at it." in page
        post.refresh_from_db()
        assert post.state == "held"
        assert "0.example" not in Client().get(thread.get_absolute_url()).text
        assert told(asker, "post_mention") == 0
        kept(moderator, post)
        assert post.state == "shown"
        assert told(asker, "post_mention") == 1

    def test_whose_other_words_were_read_changes_theirs_freely(self, thread, helper):
        services.reply(author=helper, thread=thread, text="It is cold as well.")
        post = services.reply(author=helper, thread=thread, text=PLAIN)
        assert services.edit(by=helper, post=post, text=f"See {LINKS[0]}.").state == "shown"


class TestShownLate:
    def test_who_is_named_and_who_is_answered_hear_of_it(self, thread, helper, asker, outsider, moderator):
        opening = thread.posts.get(part="opening")
        post = services.remark(author=helper, post=opening, text=f"@{outsider.handle}, see {LINKS[0]}.")
        assert (post.state, told(asker, "post_comment"), told(outsider, "post_mention")) == ("held", 0, 0)
        kept(moderator, post)
        assert (told(asker, "post_comment"), told(outsider, "post_mention")) == (1, 1)
        for state in ("held", "shown"):
            services.set_state(post=post, state=state)
        assert (told(asker, "post_comment"), told(outsider, "post_mention")) == (1, 1)
