"""Every address of the product: four doors, sign-in, static pieces."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
