"""A hold that ran out is made anew under the next number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="fulfilment",
            name="hold",
            field=models.PositiveSmallIntegerField(default=1, db_default=1),
        ),
    ]
