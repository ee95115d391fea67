"""Model fields: encrypted text bound to its row, and money columns."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from core.crypto import seal, unseal

_M = TypeVar("_M", bound=models.Model)


class Sealed:
    """Ciphertext as it came from the database, not yet opened."""

    __slots__ = ("value",)

    def __init__(self, value: bytes) -> None:
        self.value = value


def _context(field: models.Field[Any, Any], instance: models.Model) -> str:
    return f"{instance._meta.db_table}:{field.attname}:{instance.pk}"


class _Opened:
    """Descriptor: a sealed value opens on first access, with the row as its context."""

    def __init__(self, field: models.Field[Any, Any]) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        try:
            value = instance.__dict__[self.field.attname]
        except KeyError:
            instance.refresh_from_db(fields=[self.field.attname])
            value = instance.__dict__[self.field.attname]
        if isinstance(value, Sealed):
            return unseal(sealed=value.value, context=_context(self.field, instance))
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.BinaryField[str | None, str | None]):
    """Text encrypted at rest; the associated data is table, column and primary key.

    A ciphertext copied to another row does not open. `update()` and filters cannot work on it
    and raise; look up by a blind index beside it. Empty text is stored as such, encrypted.
    """

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opened(self))

    def from_db_value(
        self, value: bytes | memoryview | None, expression: object, connection: object
    ) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return Sealed(seal(text=value, context=_context(self, model_instance)))

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.attname} is encrypted: save the row, or look up its index")
        return super().get_db_prep_value(value.value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class CurrencyField(models.CharField[str, str]):
    """An ISO 4217 code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        super().__init__(*args, **kwargs)
