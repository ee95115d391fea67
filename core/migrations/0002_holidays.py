"""The table of holidays, with those known for 2025 and 2026 and those of every year."""

from datetime import timedelta

from django.db import migrations, models

import core.ids
from core.migrations._holidays import DAYS, DECREE, SOURCE, YEARLY


def add_holidays(apps, schema_editor):
    Holiday = apps.get_model("core", "Holiday")
    rows = [
        Holiday(day=day, every_year=True, is_working=False, name=name, source=DECREE)
        for day, name in YEARLY
    ]
    for first, last, is_working, name in DAYS:
        rows += [
            Holiday(
                day=first + timedelta(days=number), is_working=is_working, name=name, source=SOURCE
            )
            for number in range((last - first).days + 1)
        ]
    Holiday.objects.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('every_year', models.BooleanField(default=False)),
                ('is_working', models.BooleanField(default=False)),
                ('name', models.CharField(max_length=60)),
                ('source', models.CharField(max_length=200)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'every_year'), name='holiday_once'), models.CheckConstraint(condition=models.Q(('every_year', False), ('is_working', False), _connector='OR'), name='holiday_yearly_is_off')],
            },
        ),
        migrations.RunPython(add_holidays, migrations.RunPython.noop),
    ]
