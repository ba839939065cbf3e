"""Settings of `display_audience`."""

from typing import Annotated, Literal

from msgspec import Meta

from segue.channels.settings import Seconds
from segue.channels.settings import Settings as Base


class Settings(Base, frozen=True, kw_only=True):
    """Where the files go and who reads them.

    Attributes:
        folder: relative to the workspace; the channel's own folder under the runtime's state where None.
        layout: the column names and the phone format that the platform expects: ``google`` (also Microsoft and
            LinkedIn; phone with its plus sign) or ``meta`` (also TikTok and Pinterest; digits only).
        country_code: of phone numbers written without one, such as "44"; such numbers are left out where None.
        export_after: seconds that the full export may lag behind the change log.
    """

    folder: str | None = None
    layout: Literal["google", "meta"] = "google"
    country_code: Annotated[str, Meta(pattern=r"^[1-9]\d{0,2}$")] | None = None
    export_after: Seconds = 5.0
