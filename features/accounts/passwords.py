"""What a password has to be, in words that say what to do. Nothing is asked of its letters, digits and signs."""

from django.contrib.auth import password_validation as django
from django.utils.translation import gettext as _


class LongEnough(django.MinimumLengthValidator):
    def get_error_message(self):
        return _("Make it at least %(n)d characters. A few words in a row are long, and easy to remember.") % {
            "n": self.min_length
        }

    def get_help_text(self):
        return _("At least %(n)d characters. A few words in a row do well.") % {"n": self.min_length}


class NotCommon(django.CommonPasswordValidator):
    def get_error_message(self):
        return _("Many people use this one, so it is tried first. Take words that only you would put together.")

    def get_help_text(self):
        return _("Not one that many people use.")


class NotAboutYou(django.UserAttributeSimilarityValidator):
    def __init__(self):
        super().__init__(user_attributes=("email", "name", "handle"))

    def get_error_message(self):
        return _("It is too close to your name or your address. Take something that others do not know of you.")

    def get_help_text(self):
        return _("Not your name or your address.")
