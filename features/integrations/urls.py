from django.urls import path

from features.integrations import docs, views

urlpatterns = [
    path("api/v1/docs/", docs.page, name="api_docs"),
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revocation/", views.token_revocation, name="token_revocation"),
    path("account/webhooks/", views.webhooks, name="webhooks"),
    path("account/webhooks/<str:public_id>/", views.webhook, name="webhook"),
    path("account/webhooks/deliveries/<str:public_id>/", views.delivery, name="webhook_delivery"),
    path("account/webhooks/deliveries/<str:public_id>/replay/", views.delivery_replay, name="webhook_replay"),
]
