"""The ``[attachments]`` section of the configuration."""

from __future__ import annotations

from pydantic import BaseModel, ByteSize, ConfigDict, Field

from pipelines.attachments.model import Limits


class AttachmentsConfig(BaseModel):
    """Files linked from articles: which are fetched, and how far reading them may go."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    enabled: bool = Field(default=True, description="Fetch and read the files of new articles.")
    max_size: ByteSize = Field(
        default=ByteSize(50 * 1024 * 1024), description="Largest file; a larger one is not kept."
    )
    timeout: float = Field(
        default=120.0, gt=0, le=3600, description="Whole transfer of one file, in seconds."
    )
    per_document: int = Field(default=20, ge=0, description="Files of one article.")
    per_run: int = Field(
        default=200, ge=0, description="Files fetched in one crawl; the rest waits for the next."
    )
    run_size: ByteSize = Field(
        default=ByteSize(1024 * 1024 * 1024), description="Bytes of files fetched in one crawl."
    )
    seconds: float = Field(
        default=40.0, gt=0, le=600, description="Time for reading one file, then it is ended."
    )
    memory: ByteSize = Field(
        default=ByteSize(1024 * 1024 * 1024), description="Memory of the process that reads a file."
    )
    pages: int = Field(default=1000, ge=1, description="A file with more pages is not read.")
    text: int = Field(default=500_000, ge=1000, description="Characters of text kept of one file.")
    shell: int = Field(
        default=200,
        ge=0,
        description="An article with fewer characters of its own and one main file takes its text "
        "from the file; 0: never.",
    )
    ocr: tuple[str, ...] = Field(
        default=(),
        description="Command that prints the text of a scanned file, e.g. ['my-ocr', '{file}'].",
    )

    @property
    def limits(self) -> Limits:
        """Bounds of the reading process."""
        return Limits(
            seconds=self.seconds, memory=int(self.memory), pages=self.pages, text=self.text
        )
