"""Filters with translated words. They narrow by indexed columns only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core.console.columns import State, Text


class ChoiceFilter(SimpleListFilter):
    """A choice of stored codes by their names."""

    field = ""
    texts: Mapping[str, Text] = {}

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> Iterable[tuple[Any, str]]:
        return [(code, str(words)) for code, words in self.texts.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        value = self.value()
        return queryset.filter(**{self.field: value}) if value in self.texts else queryset


def choice_filter(
    title: Text, field: str, texts: Mapping[str, Text] | Mapping[str, State]
) -> type[ChoiceFilter]:
    """A filter on a column with few values."""
    words = {code: row.text if isinstance(row, State) else row for code, row in texts.items()}
    members = {
        "title": title,
        "parameter_name": field.replace("__", "-"),
        "field": field,
        "texts": words,
    }
    return cast(type[ChoiceFilter], type("ChoiceFilter", (ChoiceFilter,), members))
