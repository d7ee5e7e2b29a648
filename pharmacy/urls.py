"""Every address of the product: the entrance, the four doors, the gallery of pieces."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from pharmacy.pieces.views import account, appearance, gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("", account.home, name="home"),
    path("sign-in/", account.sign_in, name="sign-in"),
    path("sign-in/code/", account.second_factor, name="sign-in-code"),
    path("sign-in/enroll/", account.enroll, name="sign-in-enroll"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("store/", account.choose_store, name="choose-store"),
    path("appearance/", appearance.choose, name="appearance"),
    path("language/", set_language, name="set_language"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/<slug:name>/", gallery.room, name="gallery-room"),
    path("bench/", include("pharmacy.workbench.urls", namespace="bench")),
    path("hq/", include("pharmacy.headquarters.urls", namespace="hq")),
    path("api/", include("pharmacy.api.urls")),
    path("", include("pharmacy.storefront.urls", namespace="customer")),
]

handler400 = "pharmacy.pieces.views.problems.bad_request"
handler403 = "pharmacy.pieces.views.problems.not_allowed"
handler404 = "pharmacy.pieces.views.problems.not_found"
handler500 = "pharmacy.pieces.views.problems.broken"
