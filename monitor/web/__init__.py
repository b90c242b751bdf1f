"""The reading page: what was found, why it is there, and a verdict in one click. Plain HTML, no script.

    request ──> protection.py (which name, how long, which headers) ──> admission.py (who)
                     ──> today, reading, finding, archive, sources, verdicts ──> pages.py ──> HTML
    links in digests ──> mailed.py (a signed token is the admission)

GET changes nothing: mail scanners and browsers open every link. What changes something is a POST with a form token, or
with the signed token of a link. What comes from outside is cleaned in `shown.py`, and escaped by every template.
"""
