"""A quote can be of a loan that replaces another one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loans", "0003_day_close")]

    operations = [
        migrations.AddField(
            "quote",
            "refinances",
            models.ForeignKey("loans.Loan", models.PROTECT, null=True, related_name="+"),
        ),
    ]
