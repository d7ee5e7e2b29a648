"""Oscar's analytics models; behavior of ours goes here, columns never."""

from oscar.apps.analytics.models import *  # noqa: F403 - the documented way to fork
