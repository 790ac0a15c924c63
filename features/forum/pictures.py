"""Pictures that come with a post: stored first, then named in its text."""

from django.utils.translation import gettext as _

from core.limits import hit
from features.accounts import services as accounts


def with_picture(text: str, form, owner) -> str:
    """The text with the picture of the form below it. A picture that cannot be used is an error of the form."""
    upload = form.cleaned_data.pop("picture", None)
    if not upload:
        return text
    hit("upload", owner.pk)
    try:
        file = accounts.store_picture(owner=owner, upload=upload, kind="post", is_public=False)
    except accounts.FileRefused as refused:
        form.add_error("picture", str(refused))
        return text
    return f"{text.rstrip()}\n\n![{_('Picture')}]({file.url(max(file.widths))})"
