"""The reading page: what was found, why it is there, and a verdict in one click. Plain HTML that works without script.

    request ──> protection.py (which name, how long, which headers) ──> admission.py (who)
                     ──> today, reading, finding, archive, verdicts ──> pages.py ──> HTML
                     ──> topics, sources, watching, saving ──> monitor.pipeline ──> config/ (decision 15)
                     ──> status, api/, feeds ──> figures, JSON, Atom
    links in digests ──> mailed.py (a signed token is the admission)
    buttons in Slack ──> slack.py (Slack's signature, and ours)

GET changes nothing: mail scanners and browsers open every link. What changes something is a POST with a form token, or
with the signed token of a link. Script only adds to that: keys (`static/page.js`), and answers that take the place of
a part of the page (htmx, `static/vendor/`); the same forms post without it. What comes from outside is cleaned in
`shown.py`, and escaped by every template.
"""
