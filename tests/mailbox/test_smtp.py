"""Tests."""
def test_a(smtp_server, certificate, imap_server):
    """x"""
    from xlsx_pdca.mailbox.smtp import smtp_session
    from xlsx_pdca.mailbox.envelope import Envelope
    with smtp_session(smtp_server.server(), context=certificate.trusting()) as s:
        o = s.offer(Envelope("a@b.example", ("c@d.example",), b"Subject: x\r\n\r\n.hello\n..\n"))
        print(o)
        print(s.data(o))
    print(smtp_server.received, smtp_server.received[0].raw)
    from xlsx_pdca.mailbox.imap import fetch, Fetching
    imap_server.append(b"Subject: 1\r\n\r\nx\r\n")
    print(list(fetch(imap_server.server(), "INBOX", Fetching(context=certificate.trusting()))), imap_server.flags())
