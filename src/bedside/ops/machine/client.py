"""Asks what is outside this process: a time source, and the GPU's driver."""

from __future__ import annotations

import asyncio
import shutil
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bedside.kit.clock import Clock
from bedside.ops.machine.loader import date_ahead
from bedside.platform.errors import Unavailable

NTP_PORT = 123
ANSWER_SECONDS = 1.0
_PACKET = 48
# RFC 5905, figure 8: leap 0, version 4, mode 3 (client).
_REQUEST = bytes([0b00_100_011]) + bytes(_PACKET - 1)
_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_LARGEST_ANSWER = 64 * 1024


async def clock_ahead(address: str, clock: Clock) -> float:
    """Return by how many seconds the clock at ``address`` (ntp:// or https://) is ahead of ``clock``.

    A Date over HTTPS is whole seconds, so that is at most half a second off. Raises Unavailable.
    """
    parts = urlsplit(address)
    if parts.scheme == "ntp":
        return await _ntp(str(parts.hostname), parts.port or NTP_PORT, clock)
    return await date_ahead(address, clock)


class _Answer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.packet: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.packet.done():
            self.packet.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.packet.done():
            self.packet.set_exception(exc)


async def _ntp(host: str, port: int, clock: Clock) -> float:
    """Ask once over SNTP (RFC 5905, section 14): the offset is ((T2 - T1) + (T3 - T4)) / 2."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
                _Answer, remote_addr=(host, port)
            )
            try:
                sent = clock.now()
                transport.sendto(_REQUEST)
                packet = await protocol.packet
                got = clock.now()
            finally:
                transport.close()
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"ntp://{host} does not answer ({type(error).__name__}).") from None
    # Mode 4 is a server's; stratum 0 is its refusal (RFC 5905, section 7.4).
    if len(packet) < _PACKET or packet[0] & 0b111 != 4 or packet[1] == 0:
        raise Unavailable(f"ntp://{host} answers, and does not tell the time.")
    received, transmitted = _moment(packet[32:40]), _moment(packet[40:48])
    return ((received - sent) + (transmitted - got)).total_seconds() / 2


def _moment(stamp: bytes) -> datetime:
    """Return an NTP timestamp; the era that began in 2036 is told by the first bit (RFC 4330, section 3)."""
    seconds, fraction = struct.unpack("!II", stamp)
    era = 0 if seconds & 0x8000_0000 else 2**32
    return _EPOCH + timedelta(seconds=seconds + era + fraction / 2**32)


def gpu_program() -> str | None:
    """Return the path of NVIDIA's own program, or None where no driver is installed."""
    return shutil.which("nvidia-smi")


async def gpu_rows(program: str) -> list[str]:
    """Return a line for each GPU: use in %, memory used and whole in MiB, temperature in °C. Raises Unavailable."""
    fields = "utilization.gpu,memory.used,memory.total,temperature.gpu"
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            f"--query-gpu={fields}",
            "--format=csv,noheader,nounits",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise Unavailable(f"nvidia-smi can't be run ({error.strerror}).") from None
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
    if process.returncode != 0:
        raise Unavailable(f"nvidia-smi failed with {process.returncode}: the driver does not answer.")
    return out[:_LARGEST_ANSWER].decode("utf-8", "replace").strip().splitlines()
