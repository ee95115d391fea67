"""Addresses of the account pages and the account API."""

from django.urls import URLPattern, path

from accounts import api as rest
from accounts.views import consents, login, profile

app_name = "accounts"

web: list[URLPattern] = [
    path("register/", login.register, name="register"),
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("code/<str:purpose>/", login.send_code, name="send-code"),
    path("me/", profile.me, name="me"),
    path("me/identity/", profile.identity, name="identity"),
    path("me/consents/", consents.consent_list, name="consents"),
    path("me/consents/<uuid:consent_id>/withdraw/", consents.withdraw, name="withdraw"),
    path("agree/<str:step>/", consents.agree, name="agree"),
    path("documents/<str:kind>/", consents.document, name="document"),
    path("inbox/", profile.inbox, name="inbox"),
    path("inbox/<uuid:message_id>/read/", profile.read_message, name="read-message"),
]
api: list[URLPattern] = [
    path("auth/sms-codes", rest.SmsCodesView.as_view(), name="sms-codes"),
    path("auth/register", rest.RegisterView.as_view(), name="register"),
    path("auth/tokens", rest.TokensView.as_view(), name="tokens"),
    path("auth/tokens/current", rest.CurrentTokenView.as_view(), name="current-token"),
    path("consent-documents", rest.DocumentsView.as_view(), name="consent-documents"),
    path("me", rest.MeView.as_view(), name="me"),
    path("me/identity", rest.IdentityView.as_view(), name="identity"),
    path("me/consents", rest.ConsentsView.as_view(), name="consents"),
    path(
        "me/consents/<uuid:consent_id>/withdraw",
        rest.ConsentWithdrawView.as_view(),
        name="withdraw-consent",
    ),
    path("me/messages", rest.MessagesView.as_view(), name="messages"),
    path("me/messages/<uuid:message_id>/read", rest.MessageReadView.as_view(), name="read-message"),
]
