"""Refusals: which HTTP status each problem code has. The sentence for people is the laptop's own."""

from __future__ import annotations

from typing import Final

from tongcds.protocol.messages import Problem

STATUS: Final = {
    "bad_envelope": 400,
    "bad_message": 400,
    "bad_chunk": 400,
    "bundle_damaged": 400,
    "bundle_foreign": 400,
    "bad_upload": 400,
    "unknown_type": 400,
    "unknown_dictionary": 400,
    "protocol_unsupported": 400,
    "bad_signature": 401,
    "unknown_device": 401,
    "device_revoked": 403,
    "not_found": 404,
    "invitation_unknown": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "replayed": 409,
    "offset_conflict": 409,
    "invitation_used": 409,
    "invitation_expired": 410,
    "invitation_withdrawn": 410,
    "upload_expired": 410,
    "upload_unasked": 410,
    "tus_version": 412,
    "too_big": 413,
    "bad_content_type": 415,
    "no_such_range": 416,
    "rate_limited": 429,
    "checksum_mismatch": 460,
    "internal": 500,
    "busy": 503,
}
"""Every problem code that this server answers."""


class Refusal(Exception):  # noqa: N818  an answer, not a failure of ours
    """The request is refused; nothing was changed."""

    def __init__(
        self, code: str, *, expected_n: int = 0, versions: tuple[int, ...] = (), retry_after: int = 0
    ) -> None:
        super().__init__(code)
        self.problem = Problem(code, expected_n, list(versions), retry_after)
        self.headers: dict[str, str] = {}

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS.get(self.problem.code, 400)
