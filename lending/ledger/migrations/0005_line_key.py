import django.db.models.deletion
from django.db import migrations, models

from lending.ledger.migrations import _sql_line_key as sql


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_post_entry'),
    ]

    operations = [
        migrations.AlterField(
            model_name='line',
            name='entry',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='ledger.entry'),
        ),
        migrations.RunSQL(sql.LINE_KEY, sql.DROP_LINE_KEY),
    ]
