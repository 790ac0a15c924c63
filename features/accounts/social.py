"""Log-in by another site, where one is configured. It may prove an address; it never opens an account that has it."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from features.accounts import services


class SocialAdapter(DefaultSocialAccountAdapter):
    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        full = data.get("name") or " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        user.name = full or data.get("username") or user.email.partition("@")[0]
        user.languages = ["en"]
        return user

    def is_open_for_signup(self, request, sociallogin):
        """Whoever comes without an address is asked for one, and judged by that."""
        return not sociallogin.user.email or services.may_join(sociallogin.user.email)

    def get_signup_form_initial_data(self, sociallogin):
        return super().get_signup_form_initial_data(sociallogin) | {"name": sociallogin.user.name}

    def save_user(self, request, sociallogin, form=None):
        if form:
            return super().save_user(request, sociallogin, form)
        sociallogin.user.set_unusable_password()
        services.create_person(sociallogin.user)
        sociallogin.save(request)
        return sociallogin.user
