"""A release keeps its first reason, and whatever must be asked anew has a counter for its key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds columns with defaults and renames one."""

    dependencies = (("collection", "0002_append_only_events"),)
    operations = (
        migrations.RenameField("paymentattempt", "capture_seq", "seq"),
        migrations.AddField(
            "paymentattempt",
            "release_reason",
            models.CharField(max_length=80, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField("refund", "seq", models.PositiveSmallIntegerField(default=1)),
    )
