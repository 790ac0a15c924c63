from django.conf import settings

from features.accounts.models import User


def demo_world(request):
    """Whether invented people are here, asked by pages of a demo alone: once they are gone nothing speaks of them."""
    is_demo = settings.DEMO and settings.IS_LOOPBACK
    return {"has_demo_world": lambda: is_demo and User.objects.filter(is_demo=True).exists()}
