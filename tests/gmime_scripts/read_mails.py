"""What GMime, a C library for mail, finds in each mail named on the command line, as JSON."""

import base64
import json
import sys

import gi

gi.require_version("GMime", "3.0")
from gi.repository import GMime  # noqa: E402 - its version is said first


def addresses(listed):
    return [listed.get_address(n).get_addr() for n in range(listed.length())]


def parts(message):
    """Every part with its kind, its name, its text or its bytes."""
    found, walk = [], GMime.PartIter.new(message)
    while True:
        part = walk.get_current()
        if isinstance(part, GMime.Part):
            memory = GMime.StreamMem.new()
            part.get_content().write_to_stream(memory)
            text = part.get_text() if isinstance(part, GMime.TextPart) else None
            data = base64.b64encode(bytes(memory.get_byte_array())).decode("ascii")
            shown = {"attached": part.is_attachment(), "name": part.get_filename()}
            found.append({**shown, "text": text, "data": data})
        if not walk.next():
            return found


def reading(path):
    message = GMime.Parser.new_with_stream(GMime.StreamFile.open(path, "r")).construct_message(None)
    (sender,) = (message.get_from().get_address(n) for n in range(message.get_from().length()))
    return {
        "sender": [sender.get_name(), sender.get_addr()],
        "to": addresses(message.get_to()),
        "cc": addresses(message.get_cc()),
        "subject": message.get_subject(),
        "parts": parts(message),
    }


GMime.init()
json.dump([reading(path) for path in sys.argv[1:]], sys.stdout)
