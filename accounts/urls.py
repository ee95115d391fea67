"""Addresses of the account pages and the account API."""

from django.urls import URLPattern, path

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
api: list[URLPattern] = []
