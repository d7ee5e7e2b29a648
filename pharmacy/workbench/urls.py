"""The addresses of the bench, under `/bench/`."""

from __future__ import annotations

from django.urls import path

from pharmacy.workbench.views import check, handover, papers, pick, queue, review, scan

app_name = "bench"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("scan/", scan.scan, name="scan"),
    path("review/<uuid:key>/", review.review, name="review"),
    path("pick/<uuid:key>/", pick.pick, name="pick"),
    path("pick/<uuid:key>/scan/", pick.scan, name="pick-scan"),
    path("pick/<uuid:key>/finish/", pick.finish, name="pick-finish"),
    path("check/<uuid:key>/", check.check, name="check"),
    path("hand-over/", handover.handover, name="handover"),
    path("bag/<uuid:key>/", handover.bag, name="bag"),
    path("bag/<uuid:key>/new-code/", handover.renew, name="renew-code"),
    path("bag/<uuid:key>/put-back/", handover.put_back, name="put-back"),
    path("label/<uuid:key>/", papers.label, name="label"),
    path("record/<uuid:key>/", papers.record, name="record"),
    path("receipt/<uuid:key>/", papers.receipt, name="receipt"),
]
