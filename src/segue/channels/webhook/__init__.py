"""Messages to an endpoint of your own: signed (Standard Webhooks), and never to an address inside the network."""
