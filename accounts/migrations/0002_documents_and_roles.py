"""Sample consent texts and the five staff roles."""

from datetime import datetime, timezone

from django.db import migrations

from accounts.domain.sample_documents import SAMPLES, body_hash
from accounts.domain.states import Role

EFFECTIVE_FROM = datetime(2020, 1, 1, tzinfo=timezone.utc)


def load(apps, schema_editor):
    document = apps.get_model("accounts", "ConsentDocument")
    for sample in SAMPLES:
        texts = {
            "title_zh": sample.title_zh,
            "body_zh": sample.body_zh,
            "title_en": sample.title_en,
            "body_en": sample.body_en,
        }
        document.objects.get_or_create(
            kind=sample.kind,
            version=1,
            defaults={**texts, "body_hash": body_hash(**texts), "effective_from": EFFECTIVE_FROM},
        )
    group = apps.get_model("auth", "Group")
    for role in Role:
        group.objects.get_or_create(name=role.value)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
