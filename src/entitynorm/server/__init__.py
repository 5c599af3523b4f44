"""The service behind ``entitynorm serve``: the Reconciliation API, a JSON API and a page, over one linker.

Start reading at `entitynorm.server.app`, which says what answers where. A request passes the gate (`gate`: limits,
log, errors), its body is read and checked (`payloads`), names go through one queue (`names`) to the linker of the
current `snapshot`. The package needs the extra ``entitynorm[server]``; nothing outside it imports it.
"""
