"""Files to import, small and made by hand: what a spreadsheet writes, and what nobody should be able to send."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from orders.imports.files.table import Table, open_table

NUMBERS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XLSX_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="w" Type="{OFFICE}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{NUMBERS}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Customers" sheetId="1" r:id="s"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="s"'
    f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{NUMBERS}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>",
}
TABLE = "urn:oasis:names:tc:opendocument:xmlns"
ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
DAY = '<c s="1"><v>46023</v></c>'  # 1 January 2026, in a cell that shows days


def csv_table(text: str, *, encoding: str = "utf-8") -> Table:
    return open_table(io.BytesIO(text.encode(encoding)), "customers.csv")


def rows_of(table: Table) -> list[list[str]]:
    return [list(row.cells) for row in table.rows()]


def zipped(parts: Mapping[str, str | bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx(rows: Sequence[str], *, before: str = "") -> io.BytesIO:
    """Each row is the XML of its cells."""
    return xlsx_of("".join(f"<row>{cells}</row>" for cells in rows), before=before)


def xlsx_of(data: str, *, before: str = "") -> io.BytesIO:
    sheet = f'{before}<worksheet xmlns="{NUMBERS}"><sheetData>{data}</sheetData></worksheet>'
    return zipped({**XLSX_PARTS, "xl/worksheets/sheet1.xml": sheet})


def ods(rows: str) -> io.BytesIO:
    content = (
        f'<office:document-content xmlns:office="{TABLE}:office:1.0" xmlns:table="{TABLE}:table:1.0"'
        f' xmlns:text="{TABLE}:text:1.0"><office:body><office:spreadsheet><table:table table:name="People">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{TABLE}:manifest:1.0"/>'
    return zipped({"mimetype": ODS_MIME, "META-INF/manifest.xml": manifest, "content.xml": content})


def ods_row(*cells: str, repeated: int = 1) -> str:
    texts = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{texts}</table:table-row>'
