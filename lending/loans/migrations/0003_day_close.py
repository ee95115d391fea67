"""What the set-based day close needs: the running period on the loan, its rate on each instalment.

Loans that are there begin off plan; the next replay of each puts it on plan where it is.
"""

from django.db import migrations, models
from django.db.models import Q

#: A period begins where the one before it ended, the first with the money.
_STARTS = """
UPDATE loans_loaninstalment row SET starts_on = COALESCE(
    (SELECT before.due_on FROM loans_loaninstalment before
     WHERE before.loan_id = row.loan_id AND before.number = row.number - 1),
    (SELECT disbursed_on FROM loans_loan loan WHERE loan.id = row.loan_id));
SET CONSTRAINTS ALL IMMEDIATE;
"""
#: Half of each page is left for the day close to write into, so that no index is touched.
_ROOM = "ALTER TABLE loans_loan SET (fillfactor = 50);"


def _factor(**options):
    return models.DecimalField(max_digits=40, decimal_places=34, **options)


class Migration(migrations.Migration):
    dependencies = [("loans", "0002_servicing")]

    operations = [
        migrations.AddField("loaninstalment", "starts_on", models.DateField(null=True)),
        migrations.AddField("loaninstalment", "rate_factor", _factor(default=0), preserve_default=False),
        migrations.RunSQL(_STARTS, migrations.RunSQL.noop),
        migrations.AlterField("loaninstalment", "starts_on", models.DateField()),
        migrations.AddField("loan", "stage", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("loan", "due_since", models.DateField(null=True)),
        migrations.AddField("loan", "on_plan", models.BooleanField(default=False)),
        migrations.AddField("loan", "plan_number", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("loan", "plan_starts_on", models.DateField(null=True)),
        migrations.AddField("loan", "plan_due_on", models.DateField(null=True)),
        migrations.AddField("loan", "plan_opening", models.BigIntegerField(default=0)),
        migrations.AddField("loan", "plan_factor", _factor(default=0)),
        migrations.AddField("loan", "plan_earned", models.BigIntegerField(default=0)),
        migrations.RemoveIndex("loan", "loan_to_close"),
        migrations.RemoveIndex("loan", "loan_next_due"),
        migrations.AddIndex(
            "loan", models.Index(fields=["id"], condition=Q(status="ACTIVE"), name="loan_active")
        ),
        migrations.AddIndex(
            "loan",
            models.Index(fields=["disbursed_on"], condition=Q(status="ACTIVE"), name="loan_began"),
        ),
        migrations.AddIndex(
            "loan",
            models.Index(
                fields=["next_due_on", "id"], condition=Q(status="ACTIVE"), name="loan_next_due"
            ),
        ),
        migrations.AddIndex(
            "loan",
            models.Index(
                fields=["id"],
                condition=Q(status="ACTIVE", due_since__isnull=False),
                name="loan_due",
            ),
        ),
        migrations.AddConstraint(
            "loan",
            models.CheckConstraint(condition=Q(stage__in=[1, 2, 3]), name="loan_stage"),
        ),
        migrations.RunSQL(_ROOM, "ALTER TABLE loans_loan RESET (fillfactor);"),
    ]
