"""The Segment-compatible source: the calls that Segment, RudderStack and Customer.io clients send, as `Incoming`.

`calls` says how they look on the wire, `translate` what they mean here.
"""
