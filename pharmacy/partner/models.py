"""Oscar's partner models; behaviour of ours goes here, columns never."""

from oscar.apps.partner.models import *  # noqa: F403 - the documented way to fork
