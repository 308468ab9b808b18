// node sheetjs.js ISSUED CELLS TARGET: filled and saved by SheetJS (npm xlsx).
const XLSX = require("xlsx");
const [issued, cells, target] = process.argv.slice(2);

const book = XLSX.readFile(issued);
for (const [sheet, address, text] of require("./cells.js").read(cells)) {
  book.Sheets[sheet][address] = { t: "s", v: text };
}
XLSX.writeFile(book, target);
