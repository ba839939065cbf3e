"""E-mail over SMTP: any relay or mail service. STARTTLS, TLS or plain; one-click unsubscribe (RFC 8058)."""
