"""The first version of each policy. The figures of law in them carry their citation and wait for
the lender's lawyers (`verified`)."""

import json
from datetime import datetime, timezone
from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "policies"
CODES = ("BUSINESS_DRAW", "BUSINESS_LINE", "PERSON_DRAW", "PERSON_LINE")
#: Before any business of ours.
ACTIVE_FROM = datetime(2024, 1, 1, tzinfo=timezone.utc)


def add_policies(apps, schema_editor):
    """A file `<code>.<version>.json` is never edited once released; a change is a new version."""
    policy = apps.get_model("risk", "RiskPolicy")
    for code in CODES:
        body = json.loads((FOLDER / f"{code}.1.json").read_text(encoding="utf-8"))
        policy.objects.create(code=code, version=1, body=body, active_from=ACTIVE_FROM)


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial")]

    operations = [migrations.RunPython(add_policies, migrations.RunPython.noop)]
