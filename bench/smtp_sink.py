"""A mail relay that takes everything and writes down, fsynced before it answers, what it took: the oracle of the crash
sweep. It shares nothing with Segue, so what it says is what a customer got.

    python -m bench.smtp_sink LOG        prints its port
"""

import asyncio
import json
import os
import sys
from email import message_from_bytes

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Appends one line for each mail."""

    def __init__(self, path: str) -> None:
        self._log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message_id = str(message_from_bytes(content)["Message-ID"])
        line = {"message_id": message_id.strip(), "to": envelope.rcpt_tos}
        os.write(self._log, json.dumps(line).encode() + b"\n")
        os.fsync(self._log)
        return "250 taken"


async def main(path: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(path), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
