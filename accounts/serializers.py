"""How people and their papers cross the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.domain.consents import ConsentKind
from accounts.domain.states import BorrowerKind, CodePurpose, IdentityState

#: CONSOLE codes are asked for by the console alone.
API_PURPOSES = [CodePurpose.REGISTER.value, CodePurpose.LOGIN.value]


class PhoneField(serializers.CharField):
    """A mainland mobile number as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=32, **kwargs)


class PasswordField(serializers.CharField):
    """A password, taken as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=128, trim_whitespace=False, style={"input_type": "password"}, **kwargs
        )


class SmsCodeRequestSerializer(serializers.Serializer[Any]):
    phone = PhoneField()
    purpose = serializers.ChoiceField(choices=API_PURPOSES)


class RegisterSerializer(serializers.Serializer[Any]):
    phone = PhoneField()
    code = serializers.CharField(max_length=12)
    password = PasswordField(write_only=True)
    kind = serializers.ChoiceField(choices=list(BorrowerKind), default=BorrowerKind.PERSON)
    legal_name = serializers.CharField(max_length=200, required=False, default="")
    uscc = serializers.CharField(max_length=32, required=False, default="")


class LoginSerializer(serializers.Serializer[Any]):
    """Phone with either the password or a LOGIN code."""

    phone = PhoneField()
    password = PasswordField(write_only=True, required=False)
    code = serializers.CharField(max_length=12, required=False)


class BorrowerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=list(BorrowerKind))
    phone_masked = serializers.CharField()
    name_masked = serializers.CharField()
    identity_state = serializers.ChoiceField(choices=list(IdentityState), allow_null=True)
    legal_name = serializers.CharField()
    created_at = serializers.DateTimeField()
    unread_messages = serializers.IntegerField()


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown once. Valid for 30 days.")
    user = BorrowerSerializer()


class IdentitySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    id_number = serializers.CharField(max_length=32)


class DocumentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=list(ConsentKind))
    version = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    body_hash = serializers.CharField()
    effective_from = serializers.DateTimeField()


class ShownDocumentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    body_hash = serializers.CharField(max_length=64)


class GrantSerializer(serializers.Serializer[Any]):
    documents = ShownDocumentSerializer(many=True, allow_empty=False)


class ConsentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=list(ConsentKind))
    title = serializers.CharField()
    version = serializers.IntegerField()
    document_id = serializers.UUIDField()
    granted_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="Such as money_arrived. New kinds may come.")
    title = serializers.CharField()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
