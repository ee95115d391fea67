from django.db import migrations

from lending.ledger.migrations import _sql_posting as sql


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_set_based'),
    ]

    operations = [
        migrations.RunSQL(sql.POST_ENTRY, sql.DROP_POST_ENTRY),
    ]
