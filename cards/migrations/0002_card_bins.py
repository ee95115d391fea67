"""The banks whose cards can be bound at first; an administrator adds others."""

from django.db import migrations

ROWS = [
    ("622202", 19, "ICBC", "DEBIT", "工商银行", "ICBC"),
    ("625330", 16, "ICBC", "CREDIT", "工商银行", "ICBC"),
    ("621700", 19, "CCB", "DEBIT", "建设银行", "China Construction Bank"),
    ("625955", 16, "CCB", "CREDIT", "建设银行", "China Construction Bank"),
    ("622848", 19, "ABC", "DEBIT", "农业银行", "Agricultural Bank of China"),
    ("621661", 19, "BOC", "DEBIT", "中国银行", "Bank of China"),
    ("622588", 16, "CMB", "DEBIT", "招商银行", "China Merchants Bank"),
    ("622575", 16, "CMB", "CREDIT", "招商银行", "China Merchants Bank"),
    ("622260", 19, "COMM", "DEBIT", "交通银行", "Bank of Communications"),
    ("622188", 19, "PSBC", "DEBIT", "邮储银行", "Postal Savings Bank"),
    ("622690", 16, "CITIC", "DEBIT", "中信银行", "China CITIC Bank"),
    ("622155", 16, "PAB", "CREDIT", "平安银行", "Ping An Bank"),
]


def load(apps, schema_editor):
    CardBin = apps.get_model("cards", "CardBin")
    CardBin.objects.bulk_create(
        CardBin(prefix=prefix, length=length, issuer=issuer, kind=kind, issuer_zh=zh, issuer_en=en)
        for prefix, length, issuer, kind, zh, en in ROWS
    )


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
