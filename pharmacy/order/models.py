"""Oscar's order models; behaviour of ours goes here, columns never."""

from oscar.apps.order.models import *  # noqa: F403 - the documented way to fork
