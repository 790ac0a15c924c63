"""Pages that exist only with DEMO=1 on a loopback address."""

urlpatterns = []
